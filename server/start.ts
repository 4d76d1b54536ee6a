import { parseArgs } from 'node:util'
import packageFile from '../package.json' with { type: 'json' }
import type { App, AppOptions } from './app.ts'
import { ConfigError, readConfig, VARIABLES, type Config } from './config.ts'
import { BuiltFiles } from './http/built-files.ts'
import { returnStartMemory } from './lib/start-memory.ts'
import { isWorker, metricsOfAll, onAbandoned, runWorkers, tellReady } from './workers.ts'

const PARENT_CHECK_MS = 1000

/** Runs the command line: `--help`, `--version`, or the server until a signal ends it. */
export async function run(): Promise<void> {
  try {
    const { help, version, workers } = argumentsOf(process.argv.slice(2))
    if (help) {
      print(helpText())
      return
    }
    if (version) {
      print(packageFile.version)
      return
    }
    const config = readConfig(process.env)
    if (workers === undefined) await start(config)
    else if (isWorker()) await start(config, { metricsOfAll })
    else startWorkers(config, workers)
  } catch (error) {
    if (error instanceof ConfigError) stopWith(error.message)
    stopWith(`Foyer cannot start: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** @throws ConfigError */
function argumentsOf(args: string[]): { help: boolean; version: boolean; workers?: number } {
  const { values, tokens } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      version: { type: 'boolean' },
      workers: { type: 'string' },
    },
    strict: false,
    tokens: true,
  })
  const unknown = tokens.find(
    (token) => token.kind !== 'option' || !['help', 'version', 'workers'].includes(token.name),
  )
  if (unknown !== undefined) {
    throw new ConfigError(`"${args[unknown.index]}" is no option of Foyer; --help lists them.`)
  }
  const rest = { help: values['help'] === true, version: values['version'] === true }
  const { workers } = values
  if (workers === undefined) return rest
  if (typeof workers !== 'string' || !/^[1-9]\d?$/.test(workers)) {
    throw new ConfigError('--workers needs a number from 1 to 99.')
  }
  return { ...rest, workers: Number(workers) }
}

/** @throws ConfigError on the embedded engine */
function startWorkers(config: Config, count: number): void {
  if (config.storage.kind === 'sqlite') {
    throw new ConfigError(
      '--workers needs DATABASE_URL: the embedded database belongs to one process, which would gain nothing from others that wait for it.',
    )
  }
  const { stop } = runWorkers(
    count,
    (lines) => {
      for (const line of lines) print(line)
    },
    (code) => process.exit(code),
  )
  onSignal(stop)
}

async function start(config: Config, options: AppOptions = {}): Promise<void> {
  // Loaded only where it is used: the process that watches over workers stays small.
  const { createApp } = await import('./app.ts')
  const app = await createApp(config, options).catch((error: unknown) => {
    throw storageRefusal(config, error) ?? error
  })
  // From here on a signal is answered by a graceful stop, also while listening begins.
  stopOnSignal(app)
  try {
    await app.http.listen({ port: config.port, host: config.host })
  } catch (error) {
    // It has said to the others already that it is there.
    await app.close()
    throw listenRefusal(config, error) ?? error
  }
  const lines = greeting(config, app)
  if (isWorker()) tellReady(lines)
  else for (const line of lines) print(line)
  returnStartMemory()
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Failures to reach a PostgreSQL server, or to be let in. */
const NO_DATABASE = /^(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|28\w{3}|3D000)$/

function storageRefusal({ storage }: Config, error: unknown): ConfigError | undefined {
  if (storage.kind !== 'postgres' || !NO_DATABASE.test(codeOf(error))) return undefined
  const { message } = error as Error
  return new ConfigError(`DATABASE_URL leads to no database that lets Foyer in: ${message}.`)
}

function listenRefusal({ port, host }: Config, error: unknown): ConfigError | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ConfigError(
        `PORT ${port} at ${host} is in use; stop what uses it, or set another.`,
      )
    case 'EACCES':
      return new ConfigError(`PORT ${port} may not be used by this user; set one above 1023.`)
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return new ConfigError(`HOST must be an address of this machine, not "${host}".`)
    default:
      return undefined
  }
}

/** What is printed once the server listens. */
function greeting(config: Config, app: App): string[] {
  const address = app.http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const url = config.rootUrl.replace(/:0$/, `:${port}`)
  const lines = [`Foyer is ready at ${url}`, `API documentation: ${url}/api/docs`]
  if (!new BuiltFiles('widget').exist || !new BuiltFiles('desk').exist) {
    lines.push('The pages are not built: run "npm run build" and start again.')
  }
  if (app.firstRun === undefined) return lines
  const { username, generatedPassword, setupSecret } = app.firstRun
  if (generatedPassword === undefined || setupSecret === undefined) {
    return [
      ...lines,
      `First start: sign in at ${url} as "${username}" with the password from ADMIN_PASS.`,
    ]
  }
  return [
    ...lines,
    `First start: set it up at ${url}/setup#${setupSecret}`,
    `Or sign in as "${username}" with the password "${generatedPassword}". Both are shown only now; the first one used ends the link.`,
  ]
}

function stopOnSignal(app: App): void {
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await app.close()
    process.exit(0)
  }
  onSignal(() => void stop())
  onAbandoned(() => void stop())
}

/** Calls `stop` at the signals that end a server, and when the npm that started it is gone. */
function onSignal(stop: () => void): void {
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // npm's own process may be killed without passing the signal on; an orphan would hold the port.
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent && process.env['npm_lifecycle_event'] !== undefined) stop()
  }, PARENT_CHECK_MS)
  watch.unref()
}

function helpText(): string {
  const width = Math.max(...VARIABLES.map(({ name }) => name.length))
  const lines = VARIABLES.map(({ name, meaning, fallback }) => {
    const otherwise = fallback === '' ? '' : ` [${fallback}]`
    return `  ${name.padEnd(width)}  ${meaning}${otherwise}`
  })
  return [
    'Usage: npm start [-- --workers N | --help | --version]',
    '',
    '  --workers N  runs N processes on one port, for a machine with many cores; with DATABASE_URL',
    '',
    'Configuration by environment:',
    ...lines,
  ].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function stopWith(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
