import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { BARE, targetName, type Answers, type Outcome } from './bench.ts'
import type { Run } from './measure.ts'
import type { Plan } from './plan.ts'
import { CORES } from './processes.ts'
import { SCENARIOS } from './protocol.ts'
import type { Engine, Size } from './targets.ts'
import { PAGE } from './workload.ts'

/** The reach of each figure. */
const REACH = {
  ratio: { sqlite: 0.6, postgres: 0.45 },
  p99Ms: 25,
  growth: 0.9,
  idleMb: 120,
  loadedMb: 250,
  startMs: 1000,
} as const

/** What the report says beside the figures. */
export interface Circumstances {
  folder: string
  durability: {
    fsync: string | undefined
    commit: string | undefined
    version: string | undefined
  }
}

/** Writes the figures down: one table a question, the reach beside each. */
export function report(plan: Plan, outcome: Outcome, circumstances: Circumstances): string {
  return [
    '# Speed and memory',
    '',
    'Files, webhooks and backups: [RESULTS-storage.md](RESULTS-storage.md). Sockets: [RESULTS-realtime.md](RESULTS-realtime.md). One process and two: [RESULTS-nodes.md](RESULTS-nodes.md). Our widget and the stock one: [RESULTS-widget.md](RESULTS-widget.md).',
    '',
    ...machine(plan, circumstances),
    ...outcome.answers.flatMap((answers) => questionTable(plan, answers)),
    ...growthTable(plan, outcome),
    ...startTable(plan, outcome),
    ...memoryTable(plan, outcome),
    ...caveats(plan),
    '',
  ].join('\n')
}

function machine(plan: Plan, { folder, durability }: Circumstances): string[] {
  const postgres = plan.engines.includes('postgres')
    ? [
        `- PostgreSQL ${durability.version} on the same machine and disk, not pinned, fsync ${durability.fsync}, synchronous_commit ${durability.commit}, everything else as shipped.`,
      ]
    : []
  return [
    `- ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${type()} ${release()} ${arch()}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${(totalmem() / 2 ** 30).toFixed(0)} GB.`,
    CORES === undefined
      ? '- Server and load are not pinned to cores.'
      : `- Server on core ${CORES.server}, load on core ${CORES.load}.`,
    `- Every write is durable: the answer leaves after fsync. SQLite: WAL, synchronous=FULL, data below ${folder}.`,
    ...postgres,
    `- \`npm run bench${plan.quick ? ' -- --quick' : ''}\` reproduces this file. ${plan.rounds} round(s), bare server and candidates in turn; medians.`,
    `- 10,000 conversations of 100 agents; texts of 20-200 characters, a fifth with markup; ${count(plan.messages.small)} and ${count(plan.messages.large)} messages stored before.`,
    '- "bare" is Fastify with the same request and answer schemas and nothing behind them. CPU is the share of one core.',
    '',
  ]
}

function questionTable(plan: Plan, { question, runs }: Answers): string[] {
  const bare = runs.get(BARE) ?? []
  const isPost = question.scenario === 'post'
  const rows = [...runs].map(([name, all]) => {
    const engine = engineOf(name)
    const ratio = median(ratios(all, bare))
    return [
      titleOf(plan, name),
      Math.round(middle(all, 'requestsPerSecond')).toLocaleString('en'),
      name === BARE ? '1.00' : ratio.toFixed(2),
      isPost && engine !== undefined ? `>= ${REACH.ratio[engine].toFixed(2)}` : '',
      isPost && engine !== undefined ? verdict(ratio >= REACH.ratio[engine]) : '',
      middle(all, 'p50').toFixed(1),
      middle(all, 'p99').toFixed(1),
      isPost && engine !== undefined && question.connections === 64 ? p99Verdict(all) : '',
      `${middle(all, 'serverCpu').toFixed(2)} / ${middle(all, 'cpu').toFixed(2)}`,
      shown(middle(all, 'peakMb'), 0),
      shown(middle(all, 'commitsPerSecond'), 0),
      shown(middle(all, 'operationsPerCommit'), 1),
    ]
  })
  const heads =
    'stored|requests/s|of bare|reach||p50 ms|p99 ms|p99 reach|CPU server / load|peak MB|commits/s|per commit'
  return [
    `## ${SCENARIOS[question.scenario]}, ${question.connections} connections`,
    '',
    ...(question.scenario.startsWith('post') || question.scenario === 'put'
      ? ['Durable: answered after fsync.', '']
      : []),
    ...table(heads.split('|'), rows),
  ]
}

const p99Verdict = (runs: Run[]): string =>
  `<= ${REACH.p99Ms}: ${verdict(middle(runs, 'p99') <= REACH.p99Ms)}`

function growthTable(plan: Plan, { answers }: Outcome): string[] {
  const rows = answers.flatMap(({ question, runs }) =>
    plan.engines.flatMap((engine) => {
      const small = runs.get(targetName(engine, 'small'))
      const large = runs.get(targetName(engine, 'large'))
      if (small === undefined || large === undefined) return []
      const share = median(ratios(large, small))
      const what = `${SCENARIOS[question.scenario]}, ${question.connections} connections, ${engine}`
      return [
        [what, share.toFixed(2), `>= ${REACH.growth.toFixed(2)}`, verdict(share >= REACH.growth)],
      ]
    }),
  )
  if (rows.length === 0) return []
  return [
    `## ${count(plan.messages.large)} messages against ${count(plan.messages.small)}`,
    '',
    ...table(['question', 'requests/s, share', 'reach', ''], rows),
  ]
}

function startTable(plan: Plan, { idle }: Outcome): string[] {
  const rows = idle.map(({ name, startMs }) => {
    const ms = median(startMs)
    return [titleOf(plan, name), ms.toFixed(0), `<= ${REACH.startMs}`, verdict(ms <= REACH.startMs)]
  })
  return ['## Start, from spawn to the ready line', '', ...table(['on', 'ms', 'reach', ''], rows)]
}

function memoryTable(plan: Plan, { answers, idle }: Outcome): string[] {
  const rows = idle.map(({ name, idleMb }) => [
    `idle, ${titleOf(plan, name)}`,
    shown(idleMb ?? Number.NaN, 0),
    `<= ${REACH.idleMb}`,
    verdict((idleMb ?? 0) <= REACH.idleMb),
  ])
  const names = new Set(answers.flatMap(({ runs }) => [...runs.keys()]))
  for (const name of names) {
    if (name === BARE) continue
    const peak = Math.max(
      ...answers.flatMap(({ runs }) => (runs.get(name) ?? []).map(({ peakMb }) => peakMb ?? 0)),
    )
    rows.push([
      `under all loads, ${titleOf(plan, name)}`,
      shown(peak, 0),
      `<= ${REACH.loadedMb}`,
      verdict(peak <= REACH.loadedMb),
    ])
  }
  return [
    '## Resident memory of the server process',
    '',
    ...table(['when', 'MB', 'reach', ''], rows),
  ]
}

const caveats = (plan: Plan): string[] => [
  '## Caveats',
  '',
  '- Absolute numbers of virtual machines drift by 20-50 % between hours. Only ratios inside one run count; they are medians of the ratios of each round.',
  '- Where the CPU of the load is near 1.00 the number is the limit of the generator, and the ratio is too kind.',
  '- The thread that parses markup runs on the core of the server.',
  '- With PostgreSQL the database shares the two cores with server and load.',
  `- A small database is renewed before each round; during a round it grows by what the load writes. Edits, reads and the other kinds of POST are asked of the ${count(plan.messages.large)} messages only, since a page needs ${PAGE} of them in a room.`,
]

const titleOf = (plan: Plan, name: string): string => {
  if (name === BARE) return 'bare'
  const engine = engineOf(name) === 'sqlite' ? 'SQLite' : 'PostgreSQL'
  const size = name.split('_')[1]
  return size === 'empty' ? `${engine}, empty` : `${engine}, ${count(plan.messages[size as Size])}`
}

const engineOf = (name: string): Engine | undefined =>
  (['sqlite', 'postgres'] as const).find((engine) => name.startsWith(engine))

const count = (value: number): string =>
  value >= 1_000_000 ? `${value / 1_000_000} million` : `${value / 1000} thousand`

const verdict = (good: boolean): string => (good ? 'reached' : 'missed')

const ratios = (runs: Run[], against: Run[]): number[] =>
  runs.map(
    (run, round) => run.requestsPerSecond / (against[round]?.requestsPerSecond ?? Number.NaN),
  )

const middle = (runs: Run[], key: keyof Run): number =>
  median(runs.map((run) => run[key]).filter((value) => typeof value === 'number'))

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const shown = (value: number, digits: number): string =>
  Number.isNaN(value) ? 'n/a' : value.toFixed(digits)

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${heads.join(' | ')} |`,
  `|${heads.map((_head, index) => (index === 0 ? '---' : '---:')).join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
]
