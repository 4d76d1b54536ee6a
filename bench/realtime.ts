/**
 * What sockets cost, how fast they come back, and how fast messages arrive. The clients run in this
 * process, on the second core where processes can be pinned; the server on the first.
 * Usage: npm run bench:realtime [-- --engine sqlite|postgres] [--quick] [--rate 1000]
 *        [--part fan-out|memory|storm] [--lists]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Agent, request } from 'node:http'
import { hashSecret } from '../server/lib/hash.ts'
import { openDatabase } from '../server/storage/open.ts'
import { OwnLag, quantiles, tailOf, type Span } from './arrivals.ts'
import { Postgres } from './postgres.ts'
import { CORES, cpuSeconds, residentMb, stop, stopAll, type Server } from './processes.ts'
import { SocketClient, type Arrival } from './socket-client.ts'
import { Targets, type Engine } from './targets.ts'
import { AGENTS, agentId, createTexts, roomId, ROOMS, visitorToken } from './workload.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    quick: { type: 'boolean', default: false },
    rate: { type: 'string', default: '1000' },
    lists: { type: 'boolean', default: false },
    part: { type: 'string', multiple: true, default: ['fan-out', 'memory', 'storm'] },
  },
})
const engine: Engine = values.engine === 'postgres' ? 'postgres' : 'sqlite'
const sockets = values.quick ? ROOMS / 10 : ROOMS
const rate = Number(values.rate)
const seconds = values.quick ? 5 : 20
const SUBSCRIBERS = 1000
/** What is done before anything is measured: a server that has just started compiles. */
const WARM_UP_SECONDS = 5
const WARM_UP_ROUNDS = 10
const ROOMS_PER_AGENT = 10
/** Sockets that are opened at a time; a storm has no such bound. */
const OPENING = 200
/** Within this time clients come back after the server has sent them away. */
const SPREAD_MS = 5000
const DATABASE = 'realtime'
const texts = createTexts()
const connections = new Agent({ keepAlive: true, maxSockets: 128 })
/** What is done with messages that arrive; each part of the bench sets its own. */
let arrive: Arrival = ignore

if (CORES !== undefined) spawnSync('taskset', ['-cp', String(CORES.load), String(process.pid)])
const folder = mkdtempSync(join(tmpdir(), 'foyer-bench-realtime-'))
let postgres: Postgres | undefined
try {
  if (engine === 'postgres') postgres = await Postgres.start(folder)
  const targets = new Targets(folder, postgres)
  await targets.seed(engine, DATABASE, ROOMS)
  await signInAgents(targets)
  await run(targets)
} finally {
  await stopAll()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(process.exitCode ?? 0)

async function run(targets: Targets): Promise<void> {
  print(`${sockets} visitors on ${engine}, ${CORES === undefined ? 'not ' : ''}pinned to cores`)
  const parts: Record<string, (server: Server) => Promise<void>> = {
    'fan-out': fanOut,
    memory: idleSockets,
    storm: (server) => storm(targets, server),
  }
  for (const name of values.part) {
    const server = await targets.start(engine, DATABASE)
    await parts[name]?.(server)
    await stop(server.child)
  }
}

/** Memory of sockets that follow a conversation in which nothing happens. */
async function idleSockets(server: Server): Promise<void> {
  const { pid } = server.child
  await pause(3000)
  const base = residentMb(pid) ?? Number.NaN
  const visitors = Array.from({ length: sockets }, () => clientOf(server.port))
  await inTurn(visitors, (visitor, room) => setUp(visitor, room))
  await pause(5000)
  const connected = residentMb(pid) ?? Number.NaN
  await inTurn(visitors, (visitor, room) => follow(visitor, room))
  await pause(5000)
  const following = residentMb(pid) ?? Number.NaN
  const each = (mb: number): string => (((mb - base) * 1024) / sockets).toFixed(1)
  print(`memory: base ${base.toFixed(0)} MB; ${each(connected)} kB a connected socket,`)
  print(`        ${each(following)} kB one that follows its conversation by three streams`)
  for (const visitor of visitors) visitor.close()
}

/** The server restarts and everybody comes back within the spread. */
async function storm(targets: Targets, first: Server): Promise<void> {
  const visitors = Array.from({ length: sockets }, () => clientOf(first.port))
  await inTurn(visitors, (visitor, room) => setUp(visitor, room))
  const gone = visitors.map((visitor) => visitor.gone())
  await stop(first.child)
  await Promise.all(gone)
  const server = await targets.start(engine, DATABASE)
  const started = performance.now()
  let turnedAway = 0
  const back: number[] = []
  await Promise.all(
    visitors.map(async (_old, room) => {
      const visitor = clientOf(server.port)
      visitors[room] = visitor
      for (let wait = SPREAD_MS; ; wait *= 1.5) {
        await pause(Math.random() * wait)
        try {
          await setUp(visitor, room)
          break
        } catch {
          turnedAway += 1
        }
      }
      await follow(visitor, room)
      back.push(performance.now() - started)
    }),
  )
  print(`storm: all ${sockets} back after ${(Math.max(...back) / 1000).toFixed(1)} s`)
  print(`       (they come back within ${SPREAD_MS / 1000} s; turned away ${turnedAway} times)`)
  await load(server)
  for (const visitor of visitors) visitor.close()
  await stop(server.child)
}

/** One message to many subscribers. */
async function fanOut(server: Server): Promise<void> {
  const arrivals: Span[] = []
  let sentAt = 0
  arrive = (_id, at) => arrivals.push([sentAt, at])
  const followers = Array.from({ length: SUBSCRIBERS }, () => clientOf(server.port))
  await inTurn(followers, async (follower) => {
    await follower.connect()
    await follower.call('l', 'login', [{ resume: agentToken(0) }])
    await follower.subscribe('s', 'stream-room-messages', [roomId(0), false])
  })
  const tell = async (rounds: number): Promise<void> => {
    arrivals.length = 0
    for (let round = 0; round < rounds; round++) {
      sentAt = performance.now()
      await post(server.port, 0, `fan-out-${round}-${sentAt.toFixed(0)}`)
      while (arrivals.length < (round + 1) * SUBSCRIBERS) await pause(1)
      await pause(20)
    }
  }
  await tell(WARM_UP_ROUNDS)
  const before = cpuSeconds(server.child.pid) ?? Number.NaN
  const lag = new OwnLag()
  await tell(values.quick ? 10 : 100)
  const cpu = (cpuSeconds(server.child.pid) ?? Number.NaN) - before
  lag.stop()
  print(`fan-out: one message to ${SUBSCRIBERS} subscribers, ${quantiles(arrivals)}`)
  print(`         ${tailOf(arrivals, lag)}`)
  print(`         server: ${((cpu * 1e6) / arrivals.length).toFixed(1)} µs of processor an arrival`)
  for (const follower of followers) follower.close()
  arrive = ignore
}

/** Agents come to the visitors who are there, and visitors write. */
async function load(server: Server): Promise<void> {
  const sent = new Map<string, number>()
  const arrivals: Span[] = []
  arrive = (id, at) => {
    const from = sent.get(id)
    if (from !== undefined) arrivals.push([from, at])
  }
  const agents = Array.from({ length: sockets / ROOMS_PER_AGENT }, () => clientOf(server.port))
  await inTurn(agents, async (agent, index) => {
    await agent.connect()
    await agent.call('l', 'login', [{ resume: agentToken(index % AGENTS) }])
    if (values.lists) {
      const lists = agentId(index % AGENTS)
      await agent.subscribe('c', 'stream-notify-user', [`${lists}/subscriptions-changed`, false])
      await agent.subscribe('r', 'stream-notify-user', [`${lists}/rooms-changed`, false])
    }
    for (let one = 0; one < ROOMS_PER_AGENT; one++) {
      // Each agent's rooms are shared out among the sockets that stand for agents of ten rooms.
      const room = (index % AGENTS) + AGENTS * (Math.floor(index / AGENTS) * ROOMS_PER_AGENT + one)
      await agent.subscribe(`s${one}`, 'stream-room-messages', [roomId(room % sockets), false])
    }
  })
  await sendSteadily(server, WARM_UP_SECONDS)
  await pause(1000)
  const before = cpuSeconds(server.child.pid) ?? Number.NaN
  const lag = new OwnLag()
  const took = await sendSteadily(server, seconds, sent)
  await pause(1000)
  lag.stop()
  const cpu = (cpuSeconds(server.child.pid) ?? Number.NaN) - before
  print(
    `load: ${rate} messages/s for ${seconds} s to ${sockets} visitors and ${agents.length} agents`,
  )
  print(`      of ${ROOMS_PER_AGENT} rooms: send to arrival ${quantiles(arrivals)}`)
  print(`      ${tailOf(arrivals, lag)}`)
  print(
    `      ${arrivals.length} of ${2 * rate * seconds} arrivals, acknowledged in ${took.toFixed(1)} s`,
  )
  print(`      server: ${((cpu * 1e6) / (rate * seconds)).toFixed(0)} µs of processor a message`)
}

/** Sends at the rate of the bench; resolves when all is acknowledged, with the seconds it took. */
async function sendSteadily(
  server: Server,
  duration: number,
  sent?: Map<string, number>,
): Promise<number> {
  const started = performance.now()
  const posts: Promise<void>[] = []
  for (let count = 0; count < rate * duration;) {
    const due = ((performance.now() - started) / 1000) * rate
    for (; count < due && count < rate * duration; count++) {
      const id = `load-${count}-${started.toFixed(0)}`
      sent?.set(id, performance.now())
      posts.push(post(server.port, Math.floor(Math.random() * sockets), id))
    }
    await pause(2)
  }
  await Promise.all(posts)
  return (performance.now() - started) / 1000
}

async function setUp(visitor: SocketClient, room: number): Promise<void> {
  await visitor.connect()
  await visitor.call('u', 'livechat:setUpConnection', [{ token: visitorToken(room) }])
}

async function follow(visitor: SocketClient, room: number): Promise<void> {
  const token = visitorToken(room)
  const options = { useCollection: false, args: [{ token, visitorToken: token }] }
  const rid = roomId(room)
  await Promise.all([
    visitor.subscribe('m', 'stream-room-messages', [rid, options]),
    visitor.subscribe('t', 'stream-notify-room', [`${rid}/user-activity`, options]),
    visitor.subscribe('l', 'stream-livechat-room', [rid, options]),
  ])
}

async function inTurn(
  clients: readonly SocketClient[],
  work: (client: SocketClient, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < clients.length; index = next++) {
      const client = clients[index]
      if (client !== undefined) await work(client, index)
    }
  }
  await Promise.all(Array.from({ length: OPENING }, worker))
}

function post(port: number, room: number, _id: string): Promise<void> {
  const msg = texts[room % texts.length]
  const body = JSON.stringify({ token: visitorToken(room), rid: roomId(room), msg, _id })
  return new Promise((resolve, reject) => {
    const call = request(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/v1/livechat/message',
        agent: connections,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve()
          else reject(new Error(`a message was answered with ${answer.statusCode}`))
        })
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

/** Gives every agent a login. */
async function signInAgents(targets: Targets): Promise<void> {
  const { DATA_DIR, DATABASE_URL } = targets.storage(engine, DATABASE)
  const db = await openDatabase(
    DATABASE_URL === undefined
      ? { kind: 'sqlite', folder: DATA_DIR ?? '' }
      : { kind: 'postgres', url: DATABASE_URL },
    {},
  )
  const at = new Date().toISOString()
  const sessions = Array.from({ length: AGENTS }, (_none, agent) => ({
    id: `0Session${agent}`,
    user_id: agentId(agent),
    token_hash: hashSecret(agentToken(agent)),
    kind: 'login' as const,
    ip: '127.0.0.1',
    user_agent: 'bench',
    created_at: at,
    expires_at: '2999-01-01T00:00:00.000Z',
  }))
  await db.transact((tx) => tx.insertRows('session', sessions))
  await db.close()
}

function agentToken(agent: number): string {
  return `agent-token-${agent}`
}

function clientOf(port: number): SocketClient {
  return new SocketClient(port, (id, at) => arrive(id, at))
}

function ignore(): void {}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
