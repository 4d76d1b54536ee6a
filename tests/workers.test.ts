import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { inTime } from '../server/lib/in-time.ts'
import { Child, childEnvironment, ChildServer, type Exit } from './support/child-server.ts'
import { ENGINES } from './support/engines.ts'
import { POSTGRES } from './support/nodes.ts'
import { freePort } from './support/ports.ts'
import { until } from './support/until.ts'
import { newVisitor } from './support/visitor.ts'

const WORKERS = 3
const ANSWER_MS = 2000
const GIVES_UP_MS = 180_000

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The workers that are listed and live; none where nobody answers. */
const workersOf = async (server: ChildServer): Promise<number[]> => {
  // A connection that was on its way to a worker at its death is answered by nobody.
  const answer = await inTime(ANSWER_MS, server.request('GET', '/health')).catch(() => undefined)
  const nodes: { name: string }[] = answer?.body.nodes ?? []
  return nodes.map(({ name }) => Number(name.split(':').at(-1))).filter(isAlive)
}

/** Waits until so many workers are listed and live. */
async function workers(count: number, server: ChildServer): Promise<number[]> {
  let pids: number[] = []
  await until(`${count} workers are listed`, async () => {
    pids = await workersOf(server)
    return pids.length === count
  })
  return pids
}

test('[P1] several workers serve one port; one that dies is replaced; npm start ends them all gracefully', async () => {
  const { storage, remove } = await POSTGRES.create()
  const port = String(await freePort())
  const command = ['npm', 'start', '--', '--workers', String(WORKERS)] as const
  const server = await ChildServer.start({ storage, command, environment: { PORT: port } })
  try {
    await server.child.printed(/First start: sign in/)
    assert.equal(server.child.stdout.match(/Foyer is ready/g)?.length, 1)
    const before = await workers(WORKERS, server)
    const visitor = await newVisitor(server)
    await Promise.all(Array.from({ length: 30 }, (_, index) => visitor.say(`message ${index}`)))
    assert.equal((await visitor.texts()).length, 30)

    // Counted by whichever worker did it, and told by whichever is asked.
    const { body: metrics } = await server.request('GET', '/metrics')
    assert.match(metrics, /^foyer_messages_total\{author="visitor"\} 30$/m)

    process.kill(before[0]!, 'SIGKILL')
    await until('it is dead', () => !isAlive(before[0]!))
    const last = await workers(WORKERS, server)
    await visitor.say('still there')
    assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
    await until('none is left over', () => !last.some(isAlive))
  } finally {
    await server.stop('SIGKILL')
    await remove()
  }
})

test('workers that die again and again end the server, and so does the death of the one who watches', async () => {
  const { storage, remove } = await POSTGRES.create()
  const port = String(await freePort())
  const start = () =>
    ChildServer.start({
      storage,
      command: [process.execPath, 'server/main.js', '--workers', '2'],
      environment: { PORT: port },
    })
  const server = await start()
  try {
    let exit: Exit | undefined
    void server.child.exited.then((how) => (exit = how))
    // Each replacement joins the list before it is killed, too. Deaths long apart are forgiven, so
    // a slow machine takes more of them.
    const givesUp = async (): Promise<boolean> => {
      const [pid] = await workersOf(server)
      if (pid !== undefined && exit === undefined) {
        process.kill(pid, 'SIGKILL')
        await until('it is dead', () => !isAlive(pid))
      }
      return exit !== undefined
    }
    await until('the server gives up', givesUp, GIVES_UP_MS)
    assert.deepEqual(exit, { code: 1, signal: null })

    const other = await start()
    const pids = await workers(2, other)
    await other.stop('SIGKILL')
    await until('its workers end by themselves', () => !pids.some(isAlive))
  } finally {
    await server.stop('SIGKILL')
    await remove()
  }
})

test('on the embedded database workers are refused in one sentence', async () => {
  const { storage, remove } = await ENGINES[0]!.create()
  const args = ['server/main.js', '--workers', '2']
  const child = new Child(process.execPath, args, childEnvironment({ storage }))
  assert.deepEqual(await child.exited, { code: 1, signal: null })
  assert.match(child.stderr, /^--workers needs DATABASE_URL[^\n]*\n$/)
  await remove()
})

test('an option that nobody knows is named', async () => {
  for (const args of [['--worker', '2'], ['--workers', 'two'], ['--workers'], ['start']]) {
    const child = new Child(process.execPath, ['server/main.js', ...args], {})
    const [code] = (await once(child.process, 'close')) as [number]
    assert.equal(code, 1, args.join(' '))
    assert.match(child.stderr, /^[^\n]*(worker|start)[^\n]*\n$/)
  }
})
