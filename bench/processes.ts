import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000

/** Clock ticks a second of /proc; 100 on every Linux that Node runs on. */
const TICKS = 100
const children = new Set<ChildProcess>()

/** Where the server runs and where the load; undefined where processes cannot be pinned. */
export const CORES =
  availableParallelism() > 1 && spawnSync('taskset', ['-V']).error === undefined
    ? { server: 0, load: 1 }
    : undefined

/** Starts `node <module>`, pinned to a core where that is possible. */
export function startNode(
  module: string,
  core: number | undefined,
  options: {
    env?: NodeJS.ProcessEnv
    ipc?: boolean
    nodeFlags?: string[]
    args?: readonly string[]
  } = {},
): ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url))
  const command = [process.execPath, ...(options.nodeFlags ?? []), path, ...(options.args ?? [])]
  const pinned = core === undefined ? command : ['taskset', '-c', String(core), ...command]
  const child = spawn(pinned[0] as string, pinned.slice(1), {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit', ...(options.ipc === true ? (['ipc'] as const) : [])],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** As `npm start` has it; the bare server gets the same. */
export const NODE_FLAGS = ['--max-semi-space-size=16', '--no-parallel-scavenge', '--expose-gc']

/** The rest of `npm start`: what the allocator of Linux keeps for later. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' }

/** A server that answers. */
export interface Server {
  child: ChildProcess
  port: number
  /** From spawn to the line that says it is ready. */
  startMs: number
}

/** Starts a server module and waits for the line that names its address. */
export function startServer(
  module: string,
  env: NodeJS.ProcessEnv = {},
  core = CORES?.server,
): Promise<Server> {
  const nodeFlags = [
    ...NODE_FLAGS,
    ...(process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean),
  ]
  const started = performance.now()
  const child = startNode(module, core, { env: { ...ALLOCATOR, ...env }, nodeFlags })
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${module} did not start`)), START_LIMIT_MS)
    let output = ''
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString()
      const port = /is ready at http:\/\/[^\s/]+:(\d+)/.exec(output)?.[1]
      if (port === undefined) return
      clearTimeout(limit)
      resolve({ child, port: Number(port), startMs: performance.now() - started })
    })
    child.once('exit', (code) => {
      clearTimeout(limit)
      reject(new Error(`${module} ended with ${code}: ${output}`))
    })
  })
}

/** Ends a child by a signal, and by force when it does not listen. */
export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/** Ends whatever still runs. */
export const stopAll = async (): Promise<void> => {
  await Promise.all([...children].map(stop))
}

/** Processor time a process has used, in seconds; undefined where there is no /proc. */
export function cpuSeconds(pid: number | undefined): number | undefined {
  const stat = procFile(pid, 'stat')
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number | undefined): number | undefined {
  const kb = /VmRSS:\s+(\d+)/.exec(procFile(pid, 'status') ?? '')?.[1]
  return kb === undefined ? undefined : Number(kb) / 1024
}

function procFile(pid: number | undefined, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
