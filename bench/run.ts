import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBench } from './bench.ts'
import { planOf } from './plan.ts'
import { Postgres } from './postgres.ts'
import { stopAll } from './processes.ts'
import { report } from './report.ts'
import { Targets, type Engine } from './targets.ts'

const RESULTS = new URL('./RESULTS.md', import.meta.url)

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
})

const engines = values.engine.map((name): Engine => {
  if (name === 'sqlite' || name === 'postgres') return name
  throw new Error(`--engine is sqlite or postgres, not ${name}`)
})
const plan = planOf({ quick: values.quick, engines, only: values.only, rounds: values.rounds })
const folder = mkdtempSync(join(values.folder, 'foyer-bench-'))
let postgres: Postgres | undefined

let cleaning: Promise<void> | undefined

function cleanUp(): Promise<void> {
  cleaning ??= (async () => {
    await stopAll()
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  })()
  return cleaning
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp().finally(() => process.exit(130))
  })
}

try {
  if (engines.includes('postgres')) postgres = await Postgres.start(folder)
  const outcome = await runBench(plan, new Targets(folder, postgres), (line) => {
    process.stderr.write(`${line}\n`)
  })
  const durability = {
    fsync: await postgres?.run('show fsync'),
    commit: await postgres?.run('show synchronous_commit'),
    version: await postgres?.run('show server_version'),
  }
  const text = report(plan, outcome, { folder: values.folder, durability })
  process.stdout.write(text)
  if (values.write) writeFileSync(RESULTS, text)
} finally {
  await cleanUp()
}
// The embedded PostgreSQL keeps handles of its own.
process.exit(process.exitCode ?? 0)
