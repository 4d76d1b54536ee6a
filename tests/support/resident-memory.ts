import { readFile } from 'node:fs/promises'

/** Bytes of memory that a process holds now; undefined where the system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** Watches a process while `work` runs. @returns bytes by which it grew at its largest */
export async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = (await residentBytes(pid)) ?? 0
  let most = before
  const watch = setInterval(() => {
    void residentBytes(pid).then((now) => (most = Math.max(most, now ?? 0)))
  }, 20)
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  return most - before
}
