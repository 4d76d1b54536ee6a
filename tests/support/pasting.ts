import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** A command of a document and what it should print. */
export interface Step {
  command: string
  output: string
}

const BLOCK = /^```(bash|text)\n([\s\S]*?)^```$/gm
/** Printed between two steps, to tell their output apart. */
const MARK = '=== next ==='

/** A document of this repository, by its path from the root. */
export const documentAt = (path: string): Promise<string> =>
  readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The section of a document under `## title`. @throws when there is none */
export function sectionOf(document: string, title: string): string {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${title}\n`))
  if (section === undefined) throw new Error(`there is no section "${title}"`)
  return section
}

/** The code blocks of a text. */
export const blocksOf = (text: string): { kind: string; text: string }[] =>
  [...text.matchAll(BLOCK)].map(([, kind = '', block = '']) => ({ kind, text: block }))

/** Each bash block, with the text block that follows it as its output. */
export function stepsOf(text: string): Step[] {
  const steps: Step[] = []
  for (const block of blocksOf(text)) {
    const last = steps.at(-1)
    if (block.kind === 'bash') steps.push({ command: block.text, output: '' })
    else if (last !== undefined) last.output = block.text
  }
  return steps
}

/** Pastes commands into one shell, which goes on whatever happens, as a terminal does. */
export async function paste(
  commands: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ outputs: string[]; errors: string }> {
  const env = { ...process.env, ...environment }
  const shell = spawn('bash', ['-s'], { stdio: ['pipe', 'pipe', 'pipe'], env })
  let output = ''
  let errors = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  shell.stdin.end(commands.map((command) => `${command}\necho '${MARK}'\n`).join(''))
  await new Promise((resolve) => {
    shell.on('close', resolve)
  })
  return { outputs: output.split(`${MARK}\n`).slice(0, -1), errors }
}
