import packageFile from '../package.json' with { type: 'json' }
import { createApp, type App } from './app.ts'
import { ConfigError, readConfig, VARIABLES, type Config } from './config.ts'

const PARENT_CHECK_MS = 1000

/** Runs the command line: `--help`, `--version`, or the server until a signal ends it. */
export async function run(): Promise<void> {
  if (process.argv.includes('--help')) {
    print(helpText())
    return
  }
  if (process.argv.includes('--version')) {
    print(packageFile.version)
    return
  }
  try {
    await start(readConfig(process.env))
  } catch (error) {
    if (error instanceof ConfigError) stopWith(error.message)
    stopWith(`Foyer cannot start: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function start(config: Config): Promise<void> {
  const app = await createApp(config)
  // From here on a signal is answered by a graceful stop, also while listening begins.
  stopOnSignal(app)
  await app.http.listen({ port: config.port, host: config.host })
  const address = app.http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const url = config.rootUrl.replace(/:0$/, `:${port}`)
  print(`Foyer is ready at ${url}`)
  print(`API documentation: ${url}/api/docs`)
  if (app.firstRun === undefined) return
  const { username, generatedPassword, setupSecret } = app.firstRun
  if (generatedPassword === undefined || setupSecret === undefined) {
    print(`First start: sign in at ${url} as "${username}" with the password from ADMIN_PASS.`)
    return
  }
  print(`First start: set it up at ${url}/setup#${setupSecret}`)
  print(
    `Or sign in as "${username}" with the password "${generatedPassword}". Both are shown only now; the first one used ends the link.`,
  )
}

function stopOnSignal(app: App): void {
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await app.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  // npm's own process may be killed without passing the signal on; an orphan would hold the port.
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent && process.env['npm_lifecycle_event'] !== undefined) void stop()
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
    'Usage: npm start [-- --help | --version]',
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
