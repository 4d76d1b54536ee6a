import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

const RESULTS = new URL('./RESULTS-storage.md', import.meta.url)
const SECTION = /^(?=## )/m

/** Puts the lines of one bench into its section of RESULTS-storage.md and leaves the others. */
export function keepResults(title: string, command: string, lines: readonly string[]): void {
  const [head = '', ...sections] = readFileSync(RESULTS, 'utf8').split(SECTION)
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${type()} ${release()}, ${cpus().length} cores (${cpus()[0]?.model ?? ''}), ${Math.round(totalmem() / 2 ** 30)} GB; load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end`
  const text = [
    `## ${title}`,
    '',
    `\`${command}\`, ${day}, Node ${process.versions.node}, ${machine}.`,
    '',
    ...lines,
    '',
  ].join('\n')
  const others = sections.filter((section) => !section.startsWith(`## ${title}\n`))
  const all = [...others.map((section) => `${section.trimEnd()}\n`), text]
  writeFileSync(RESULTS, [head.trimEnd() + '\n', ...all.toSorted()].join('\n'))
}
