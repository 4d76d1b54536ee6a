import assert from 'node:assert/strict'
import { ChildServer, type ChildOptions } from './child-server.ts'
import type { FaultyProxy } from './faulty-proxy.ts'
import { Follower, type FollowedMessages } from './follower.ts'
import { ADMIN, type Answer, type RequestParts } from './test-server.ts'
import { until } from './until.ts'
import { FollowedRoom, newVisitor, randomId, type Api, type TestVisitor } from './visitor.ts'

const OPERATIONS = 15
const CONVERGE_MS = 60_000

/** Processes of one installation, some of which may be gone. */
class Group implements Api {
  readonly alive: ChildServer[]

  constructor(servers: readonly ChildServer[]) {
    this.alive = [...servers]
  }

  urls = (): string[] => this.alive.map(({ url }) => url)

  /** Asks any of them, and another one where no answer comes, as every client of ours does. */
  async request(method: string, path: string, parts?: RequestParts): Promise<Answer> {
    for (;;) {
      const server = this.alive[Math.floor(Math.random() * this.alive.length)] ?? assert.fail()
      const answer = await server.request(method, path, parts).catch(() => undefined)
      if (answer !== undefined && answer.status !== 503) return answer
    }
  }

  async kill(server: ChildServer): Promise<void> {
    this.alive.splice(this.alive.indexOf(server), 1)
    await server.stop('SIGKILL')
  }
}

/** One conversation: who takes part, what they were told, and what two screens show of it. */
interface Conversation {
  visitor: TestVisitor
  texts: Map<string, string>
  deleted: Set<string>
  screens: FollowedMessages[]
  events: number
}

/** What is broken, and how. */
export interface FaultPlan {
  conversations: number
  /** Three processes; the way of the second one to the bus is the proxy. */
  nodes: readonly [ChildOptions, ChildOptions, ChildOptions]
  proxy: FaultyProxy
}

/**
 * Runs conversations over three processes, cuts one of them off from the bus, kills another one,
 * and compares every screen with what is stored: nothing lost, nothing twice, in order.
 */
export async function clusterFaults({ conversations, nodes, proxy }: FaultPlan): Promise<void> {
  const servers = await Promise.all(nodes.map((options) => ChildServer.start(options)))
  const group = new Group(servers)
  const followers: Follower[] = []
  try {
    for (const server of servers) await until('the bus connects', () => isConnected(server))
    const login = await group.request('POST', 'login', {
      body: { user: ADMIN.username, password: ADMIN.password },
    })
    const { userId, authToken } = login.body.data
    const headers = { 'x-user-id': userId, 'x-auth-token': authToken }
    const staff = [1, 2, 3].map(
      () => new Follower(group.urls, { method: 'login', params: [{ resume: authToken }] }),
    )
    followers.push(...staff)
    const all = await Promise.all(
      Array.from({ length: conversations }, async (_, index): Promise<Conversation> => {
        const visitor = await newVisitor(group)
        const extra = { token: visitor.token, visitorToken: visitor.token }
        const params = [{ token: visitor.token }]
        const own = new Follower(group.urls, {
          method: 'livechat:setUpConnection',
          params,
          extra,
        })
        followers.push(own)
        const agent = staff[index % staff.length] ?? assert.fail()
        const screens = [own.follow(visitor.rid), agent.follow(visitor.rid)]
        return { visitor, texts: new Map(), deleted: new Set(), screens, events: 0 }
      }),
    )

    const total = conversations * OPERATIONS
    let done = 0
    const killed = servers[2] ?? assert.fail()
    const step = async (): Promise<void> => {
      done += 1
      if (done === Math.floor(total / 3)) proxy.silence()
      if (done === Math.floor(total / 2)) await group.kill(killed)
    }
    await Promise.all(all.map((conversation) => converse(group, headers, conversation, step)))
    // While the second process still hears nothing: what it does not hear it looks for.
    await until('the loss is seen', async () => !(await isConnected(servers[1] ?? assert.fail())))
    await converged(all)

    proxy.heal()
    await until('the bus is back', () => isConnected(servers[1] ?? assert.fail()))
    await Promise.all(all.map((conversation) => converse(group, headers, conversation, step)))
    await converged(all)
    for (const conversation of all) await compare(conversation)
    const lost = followers.filter(({ connections }) => connections > 1)
    assert.ok(lost.length > 0, 'the kill has moved somebody to another process')
  } finally {
    for (const follower of followers) follower.stop()
    proxy.heal()
    for (const server of group.alive) await server.stop('SIGKILL')
  }
}

const isConnected = async (server: ChildServer): Promise<boolean> =>
  (await server.request('GET', '/health')).body.bus.state === 'connected'

/** Random operations of both sides, one after the other; every answer is remembered. */
async function converse(
  group: Group,
  headers: Record<string, string>,
  conversation: Conversation,
  step: () => Promise<void>,
): Promise<void> {
  const { visitor, texts, deleted } = conversation
  for (let round = 0; round < OPERATIONS; round++) {
    const kind = Math.random()
    const own = [...texts].filter(([, text]) => text.startsWith('visitor'))
    const [id] = own[Math.floor(Math.random() * own.length)] ?? []
    if (id !== undefined && kind < 0.2) {
      const text = `visitor edited ${randomId()}`
      const { status, body } = await visitor.edit(id, text)
      assert.equal(status, 200, JSON.stringify(body))
      texts.set(id, text)
    } else if (id !== undefined && kind < 0.35) {
      const { status, body } = await visitor.remove(id)
      assert.equal(status, 200, JSON.stringify(body))
      texts.delete(id)
      deleted.add(id)
    } else if (kind < 0.7) {
      // The same message through several processes at once is one message.
      const _id = randomId()
      const text = `visitor ${_id}`
      const copies = kind < 0.4 ? 2 : 1
      await Promise.all(Array.from({ length: copies }, () => visitor.say(text, _id)))
      texts.set(_id, text)
    } else {
      const _id = randomId()
      const text = `agent ${_id}`
      const message = { _id, rid: visitor.rid, msg: text }
      const answer = await group.request('POST', 'chat.sendMessage', { body: { message }, headers })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      texts.set(_id, text)
    }
    conversation.events += 1
    await step()
  }
}

/** Whether a screen shows what its conversation was told, no more and no less. */
function shows(screen: FollowedMessages, { texts }: Conversation): boolean {
  const said = [...screen.messages.values()].filter(({ t }) => t === undefined)
  return said.length === texts.size && said.every(({ _id, msg }) => texts.get(_id) === msg)
}

const converged = (all: readonly Conversation[]): Promise<void> =>
  until(
    'every screen shows everything',
    () => all.every((one) => one.screens.every((screen) => shows(screen, one))),
    CONVERGE_MS,
  )

/** Holds the database and both screens against what was told. */
async function compare(conversation: Conversation): Promise<void> {
  const { visitor, texts, deleted, screens } = conversation
  const stored = new FollowedRoom()
  await stored.catchUp(visitor, 100)
  const said = stored.inOrder.filter(({ t }) => t === undefined)
  const lost = [...texts].filter(([id, text]) => stored.messages.get(id)?.msg !== text)
  const returned = [...deleted].filter((id) => stored.messages.has(id))
  assert.deepEqual(
    { lost, returned, stored: said.length },
    {
      lost: [],
      returned: [],
      stored: texts.size,
    },
  )
  const times = stored.inOrder.map(({ ts }) => ts)
  assert.deepEqual(times, [...new Set(times)].sort(), 'times grow with the order')
  for (const screen of screens) {
    assert.equal(screen.disorder, 0, 'nothing came twice or out of order')
    assert.equal(screen.limited, false)
    const order = [...screen.messages.values()].sort((one, other) => one.seq - other.seq)
    assert.deepEqual(
      order.filter(({ t }) => t === undefined).map(({ _id, msg, seq }) => ({ _id, msg, seq })),
      said.map(({ _id, msg, seq }) => ({ _id, msg, seq })),
    )
  }
}
