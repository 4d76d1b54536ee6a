/**
 * Messages a second of one process and of two on one PostgreSQL, what each message costs, and how
 * long a message takes from one process to a socket at the other. Server, load and database share
 * the machine: where its cores are full, the share of processor time says what bounds it.
 * Usage: npm run bench:nodes [-- --seconds 10 --connections 64 --rounds 3]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Load } from './measure.ts'
import { Postgres } from './postgres.ts'
import { CORES, cpuSeconds, startServer, stop, stopAll, type Server } from './processes.ts'
import { SocketClient } from './socket-client.ts'
import { Targets } from './targets.ts'
import { roomId, ROOMS, visitorToken } from './workload.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
  },
})
const RESULTS = new URL('./RESULTS-nodes.md', import.meta.url)
const DATABASE = 'nodes'
const WARM_UP_SECONDS = 3
const ARRIVALS = 300
const seconds = Number(values.seconds)
const connections = Number(values.connections)

/** One measurement of so many processes. */
interface Measured {
  processes: number
  requestsPerSecond: number
  p50: number
  p99: number
  /** Shares of one core. */
  servers: number
  load: number
  /** Share of the whole machine that had nothing to do. */
  idle: number
}

const folder = mkdtempSync(join(tmpdir(), 'foyer-bench-nodes-'))
let postgres: Postgres | undefined
try {
  postgres = await Postgres.start(folder)
  const targets = new Targets(folder, postgres)
  await targets.seed('postgres', DATABASE, ROOMS)
  const measured: Measured[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const processes of [1, 2]) measured.push(await measure(targets, processes))
  }
  const text = report(measured, await arrivals(targets))
  process.stdout.write(text)
  writeFileSync(RESULTS, text)
} finally {
  await stopAll()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
}
// The embedded PostgreSQL keeps handles of its own.
process.exit(process.exitCode ?? 0)

/** Starts processes of one installation, each on a core of its own as far as there are some. */
function start(targets: Targets, processes: number): Promise<Server[]> {
  const environment = {
    ...targets.storage('postgres', DATABASE),
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PASS: 'bench-password',
    LOG_LEVEL: 'warn',
    OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
  }
  return Promise.all(
    Array.from({ length: processes }, (_, index) =>
      startServer(
        '../server/main.js',
        environment,
        CORES === undefined ? undefined : index % availableParallelism(),
      ),
    ),
  )
}

async function measure(targets: Targets, processes: number): Promise<Measured> {
  const servers = await start(targets, processes)
  const loads = servers.map(() => new Load())
  const run = (time: number) =>
    Promise.all(
      servers.map((server, index) => {
        const job = { scenario: 'post', messagesPerRoom: 1, seconds: time } as const
        return loads[index]!.run(server, { ...job, connections: connections / processes })
      }),
    )
  await run(WARM_UP_SECONDS)
  const before = { cpu: cpuOf(servers), machine: machineTime() }
  const results = await run(seconds)
  const after = { cpu: cpuOf(servers), machine: machineTime() }
  for (const server of servers) await stop(server.child)
  const sum = (of: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, result) => total + of(result), 0)
  const all = after.machine.all - before.machine.all
  const measured = {
    processes,
    requestsPerSecond: sum(({ requestsPerSecond }) => requestsPerSecond),
    p50: Math.max(...results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
    servers: (after.cpu - before.cpu) / seconds,
    load: sum(({ cpu }) => cpu),
    idle: (after.machine.idle - before.machine.idle) / all,
  }
  process.stderr.write(`${JSON.stringify(measured)}\n`)
  return measured
}

/** Seconds of processor time that servers have used. */
function cpuOf(servers: readonly Server[]): number {
  return servers.reduce((total, { child }) => total + (cpuSeconds(child.pid) ?? 0), 0)
}

/** Processor time of the whole machine since its start, in ticks. */
function machineTime(): { all: number; idle: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const fields = line.split(/\s+/).slice(1).map(Number)
  return {
    all: fields.reduce((total, ticks) => total + ticks, 0),
    idle: (fields[3] ?? 0) + (fields[4] ?? 0),
  }
}

/** Milliseconds from the beginning of a POST to one process until a socket at another one has it. */
async function arrivals(targets: Targets): Promise<{ same: number[]; other: number[] }> {
  const servers = await start(targets, 2)
  const [first, second] = servers as [Server, Server]
  const token = visitorToken(0)
  const rid = roomId(0)
  const times: { same: number[]; other: number[] } = { same: [], other: [] }
  for (const [name, { port }] of [
    ['same', first],
    ['other', second],
  ] as const) {
    const heard = new Map<string, () => void>()
    const client = new SocketClient(port, (id) => heard.get(id)?.())
    await client.connect()
    await client.call('m', 'livechat:setUpConnection', [{ token }])
    const extra = { token, visitorToken: token }
    await client.subscribe('s', 'stream-room-messages', [
      rid,
      { useCollection: false, args: [extra] },
    ])
    for (let index = 0; index < ARRIVALS; index++) {
      const _id = `${name}-${Date.now()}-${index}`
      const arrived = new Promise<void>((resolve) => heard.set(_id, resolve))
      const started = performance.now()
      await fetch(`http://127.0.0.1:${first.port}/api/v1/livechat/message`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, rid, msg: 'how long does it take', _id }),
      })
      await arrived
      times[name].push(performance.now() - started)
    }
    client.close()
  }
  for (const server of servers) await stop(server.child)
  return times
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function report(measured: readonly Measured[], times: { same: number[]; other: number[] }): string {
  const of = (processes: number, figure: (one: Measured) => number): number =>
    quantile(measured.filter((one) => one.processes === processes).map(figure), 0.5)
  const rate = (processes: number): number => of(processes, (one) => one.requestsPerSecond)
  /** Milliseconds of processor time that a server spends on a message. */
  const cost = (processes: number): number =>
    (of(processes, ({ servers }) => servers) / rate(processes)) * 1000
  const row = (processes: number): string => {
    const figure = (pick: (one: Measured) => number, digits: number) =>
      of(processes, pick).toFixed(digits)
    const cells = [
      String(processes),
      Math.round(rate(processes)).toLocaleString('en'),
      (rate(processes) / rate(1)).toFixed(2),
      figure(({ p50 }) => p50, 1),
      figure(({ p99 }) => p99, 1),
      figure(({ servers }) => servers, 2),
      figure(({ load }) => load, 2),
      figure(({ idle }) => idle, 2),
      cost(processes).toFixed(3),
    ]
    return `| ${cells.join(' | ')} |`
  }
  const arrival = (name: string, numbers: readonly number[]): string =>
    `| ${name} | ${quantile(numbers, 0.5).toFixed(1)} | ${quantile(numbers, 0.99).toFixed(1)} |`
  return `# One process and two

- ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores, which servers, load and PostgreSQL share.
- \`npm run bench:nodes\` reproduces this file: ${values.rounds} rounds in turn, medians; ${connections} connections in all, ${seconds} s.
- Durable POST livechat/message to ${ROOMS.toLocaleString('en')} conversations; answered after fsync.

| processes | requests/s | of one | p50 ms | p99 ms | CPU servers | CPU load | machine idle | CPU ms a message |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${row(1)}
${row(2)}

CPU is in cores. Where nothing of the machine is idle, it is the machine that bounds the second row,
and "CPU ms a message" says what each further core of servers would carry.

## From a POST to a socket

| socket at | p50 ms | p99 ms |
|---|---:|---:|
${arrival('the process that was asked', times.same)}
${arrival('the other process', times.other)}
`
}
