import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { StorageTarget } from '../../server/storage/open.ts'
import { ADMIN, type Answer, type RequestParts } from './test-server.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const READY = /Foyer is ready at (http:\S+)/
const START_MS = 60_000

const running = new Set<ChildProcess>()
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}
// A test that failed may have left some, and the process would wait for them for ever.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) after(killAll)
process.once('exit', killAll)

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A command of this repository in a process of its own, with what it prints. */
export class Child {
  readonly process: ChildProcess
  readonly exited: Promise<Exit>
  stdout = ''
  stderr = ''

  constructor(command: string, args: readonly string[], environment: Record<string, string>) {
    this.process = spawn(command, args, {
      cwd: REPOSITORY,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this.process)
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    // `close` comes after `exit`, when everything printed has been read.
    this.exited = once(this.process, 'close').then(([code, signal]) => {
      running.delete(this.process)
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }
    })
  }

  /** Resolves with the match once stdout has it; rejects when the process ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const timeout = AbortSignal.timeout(START_MS)
    const ended = this.exited.then(() => 'ended' as const)
    for (;;) {
      const match = pattern.exec(this.stdout)
      if (match !== null) return match
      const more = once(this.process.stdout!, 'data', { signal: timeout })
      if ((await Promise.race([more, ended])) === 'ended' && !pattern.test(this.stdout)) {
        throw new Error(`it ended without ${pattern}: ${this.stdout}${this.stderr}`)
      }
    }
  }

  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.process.kill(signal)
    return this.exited
  }
}

/** What a child server runs on, and how. */
export interface ChildOptions {
  storage: StorageTarget
  environment?: Record<string, string>
  /** A command that runs the server, with arguments; default node. */
  command?: readonly [string, ...string[]]
}

/** The environment of a child server: on a free port, quiet, without rate limits. */
export const childEnvironment = (options: ChildOptions): Record<string, string> => ({
  PORT: '0',
  HOST: '127.0.0.1',
  ADMIN_PASS: ADMIN.password,
  LOG_LEVEL: 'silent',
  OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
  OVERWRITE_SETTING_Livechat_accept_chats_with_no_agents: 'true',
  ...storageEnvironment(options.storage),
  ...options.environment,
})

function storageEnvironment(storage: StorageTarget): Record<string, string> {
  if (storage.kind === 'sqlite') return { DATA_DIR: storage.folder }
  const url = new URL(storage.url)
  if (storage.schema !== undefined)
    url.searchParams.set('options', `-csearch_path=${storage.schema}`)
  return { DATABASE_URL: url.href }
}

/** A whole Foyer in a process of its own, reached through its port. */
export class ChildServer {
  readonly child: Child
  readonly url: string
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(child: Child, url: string) {
    this.child = child
    this.url = url
  }

  /** Starts it and waits until it is ready. */
  static async start(options: ChildOptions): Promise<ChildServer> {
    const [command, ...args] = options.command ?? [process.execPath, 'server/main.js']
    const child = new Child(command, args, childEnvironment(options))
    const ready = await child.printed(READY)
    return new ChildServer(child, (ready[1] ?? '').replace('localhost', '127.0.0.1'))
  }

  /** Rejects when no whole answer comes. */
  request(method: string, path: string, parts: RequestParts = {}): Promise<Answer> {
    const url = new URL(path.startsWith('/') ? path : `/api/v1/${path}`, this.url)
    for (const [name, value] of Object.entries(parts.query ?? {})) {
      url.searchParams.set(name, value)
    }
    const body = parts.body === undefined ? undefined : JSON.stringify(parts.body)
    return new Promise((resolve, reject) => {
      const headers = {
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...parts.headers,
      }
      const call = request(url, { method, agent: this.#agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('error', reject)
        response.on('end', () => {
          const json = response.headers['content-type'] === 'application/json'
          resolve({
            status: response.statusCode ?? 0,
            body: json ? JSON.parse(text) : text,
            headers: response.headers,
          })
        })
      })
      call.on('error', reject)
      call.end(body)
    })
  }

  /** Ends it the polite way, or the hard one. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    const exit = await this.child.kill(signal)
    this.#agent.destroy()
    return exit
  }
}
