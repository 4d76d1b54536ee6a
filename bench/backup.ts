/**
 * Backup and restore of a million messages beside a server that takes 200 messages a second: how
 * long they take, and what they do to the messages' latency. The restore goes into an empty place
 * while the server goes on.
 * Usage: npm run bench:backup [-- --messages N --engine sqlite|postgres]
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Postgres } from './postgres.ts'
import { startNode, stop, stopAll } from './processes.ts'
import { SteadyLoad, type Latencies } from './steady-load.ts'
import { keepResults } from './storage-results.ts'
import { Targets, type Engine } from './targets.ts'

const RATE = 200
const WARM_UP_MS = 5000
const QUIET_MS = 10_000
const MESSAGES = 1_000_000

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: String(MESSAGES) },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
  },
})
const messages = Number(values.messages)
const folder = mkdtempSync(join(tmpdir(), 'foyer-bench-backup-'))
let postgres: Postgres | undefined
try {
  if (values.engine.includes('postgres')) postgres = await Postgres.start(folder)
  const targets = new Targets(folder, postgres)
  for (const engine of values.engine) await measure(targets, engine as Engine)
} finally {
  await stopAll()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
}
// The embedded PostgreSQL keeps handles of its own.
process.exit(process.exitCode ?? 0)

async function measure(targets: Targets, engine: Engine): Promise<void> {
  process.stderr.write(`${engine}: storing ${messages} messages\n`)
  await targets.seed(engine, 'source', messages)
  const server = await targets.start(engine, 'source')
  const load = new SteadyLoad(server.port, RATE)
  const archive = join(folder, `${engine}.backup`)
  await wait(WARM_UP_MS)
  // Quiet before and after, since the machine itself is not the same from minute to minute.
  const before = await timed(load, () => wait(QUIET_MS))
  const backup = await timed(load, () =>
    command('../scripts/backup.ts', archive, targets.storage(engine, 'source')),
  )
  const between = await timed(load, () => wait(QUIET_MS))
  if (engine === 'postgres') await postgres?.create('target')
  const restore = await timed(load, () =>
    command('../scripts/restore.ts', archive, targets.storage(engine, 'target')),
  )
  await load.stop()
  await stop(server.child)
  const megabytes = (statSync(archive).size / 1e6).toFixed(0)
  const quiet = (before.p99 + between.p99) / 2
  const lines = [
    `${messages.toLocaleString('en')} messages stored, ${RATE} a second sent meanwhile. Latencies count from the moment at which a message was due; durable.`,
    '',
    '| | seconds | messages/s of it | p50 ms | p99 ms | of quiet p99 | slowest ms |',
    '|---|---:|---:|---:|---:|---:|---:|',
    row('quiet before', before, quiet),
    row(`backup, an archive of ${megabytes} MB`, backup, quiet, true),
    row('quiet between', between, quiet),
    row('restore into an empty place', restore, quiet, true),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  const title = `Backup and restore on ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`
  if (messages >= MESSAGES) keepResults(title, 'npm run bench:backup', lines)
}

interface Timed extends Latencies {
  seconds: number
}

async function timed(load: SteadyLoad, work: () => Promise<unknown>): Promise<Timed> {
  const started = performance.now()
  let seconds = 0
  const latencies = await load.during(async () => {
    await work()
    seconds = (performance.now() - started) / 1000
  })
  return { ...latencies, seconds }
}

async function command(module: string, archive: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = startNode(module, undefined, { env, args: [archive] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${module} ended with ${code}`)
}

function row(name: string, measured: Timed, quietP99: number, works = false): string {
  const { seconds, p50, p99, most } = measured
  return `| ${[
    name,
    seconds.toFixed(1),
    works ? Math.round(messages / seconds).toLocaleString('en') : '',
    p50.toFixed(1),
    p99.toFixed(1),
    (p99 / quietP99).toFixed(2),
    most.toFixed(0),
  ].join(' | ')} |`
}
