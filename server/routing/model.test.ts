import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  setStatus,
  type TestUser,
} from '../../tests/support/seed.ts'
import { useServer, type TestServer } from '../../tests/support/test-server.ts'
import { ALONE, TestVisitor } from '../../tests/support/visitor.ts'

const AGENTS = 3
const VISITORS = 5
const RUNS = 8
const STEPS = 25
const TIMEOUT_S = 3600

/** Something that an agent, a visitor or the administrator does; numbers choose whom. */
type Step =
  | { do: 'open' | 'close' | 'closeByUser' | 'return' | 'take'; visitor: number }
  | { do: 'status'; agent: number; status: 'online' | 'away' | 'offline' }
  | { do: 'availability'; agent: number; status: 'available' | 'not-available' }
  | { do: 'active'; agent: number; active: boolean }
  | { do: 'role'; agent: number; member: boolean }
  | { do: 'limit'; limit: number }

const index = (below: number) => fc.nat(below - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('open' as const), visitor: index(VISITORS) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'closeByUser', 'return', 'take'),
      visitor: index(VISITORS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      agent: index(AGENTS),
      status: fc.constantFrom('online' as const, 'away', 'offline'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('availability' as const),
      agent: index(AGENTS),
      status: fc.constantFrom('available' as const, 'not-available'),
    }),
  },
  fc.record({ do: fc.constant('active' as const), agent: index(AGENTS), active: fc.boolean() }),
  fc.record({ do: fc.constant('role' as const), agent: index(AGENTS), member: fc.boolean() }),
  fc.record({ do: fc.constant('limit' as const), limit: fc.nat(3) }),
)

/** What the API shows of a room. */
interface SeenRoom {
  _id: string
  open?: boolean
  servedBy?: { _id: string }
}

interface SeenAgent {
  _id: string
  status: string
  statusLivechat: string
}

/** Plays the steps and looks at the whole state after each. */
class World {
  readonly #server: TestServer
  readonly #agents: readonly TestUser[]
  readonly #visitors: readonly TestVisitor[]
  #limit = 0

  constructor(server: TestServer, agents: readonly TestUser[]) {
    this.#server = server
    this.#agents = agents
    this.#visitors = Array.from({ length: VISITORS }, () => new TestVisitor(server))
  }

  async begin(): Promise<void> {
    for (const visitor of this.#visitors) expectOk(await visitor.register())
  }

  /** Everybody is an agent, offline and without a conversation again. */
  async end(): Promise<void> {
    for (const visitor of this.#visitors) await visitor.close()
    for (const agent of this.#agents.keys()) {
      await this.play({ do: 'active', agent, active: true })
      await this.play({ do: 'role', agent, member: true })
      await this.play({ do: 'availability', agent, status: 'available' })
      await this.play({ do: 'status', agent, status: 'offline' })
    }
  }

  async play(step: Step): Promise<void> {
    const boss = await admin(this.#server)
    switch (step.do) {
      case 'open':
        expectOk(await this.#visitor(step.visitor).openRoom())
        return
      case 'close':
        await this.#visitor(step.visitor).close()
        return
      case 'closeByUser':
        await this.#server.post(
          'livechat/room.closeByUser',
          { rid: this.#visitor(step.visitor).rid || 'none', comment: 'end' },
          boss,
        )
        return
      case 'return':
        await this.#server.post(
          'livechat/inquiries.returnAsInquiry',
          { roomId: this.#visitor(step.visitor).rid || 'none' },
          boss,
        )
        return
      case 'take':
        await this.#take(this.#visitor(step.visitor))
        return
      case 'status':
        await this.#server.post(
          'users.setStatus',
          { userId: this.#agent(step.agent).userId, status: step.status, message: '' },
          boss,
        )
        return
      case 'availability':
        await this.#server.post(
          'livechat/agent.status',
          { agentId: this.#agent(step.agent).userId, status: step.status },
          boss,
        )
        return
      case 'active':
        expectOk(
          await this.#server.post(
            'users.setActiveStatus',
            { userId: this.#agent(step.agent).userId, activeStatus: step.active },
            boss,
          ),
        )
        return
      case 'role': {
        const { userId, username } = this.#agent(step.agent)
        await (step.member
          ? this.#server.post('livechat/users/agent', { username }, boss)
          : this.#server.delete(`livechat/users/agent/${userId}`, undefined, boss))
        return
      }
      case 'limit':
        this.#limit = step.limit
        await changeSettings(this.#server, { Livechat_maximum_chats_per_agent: step.limit })
        // A changed setting takes effect with the next round.
        await this.#server.app.routing.tick()
    }
  }

  async #take(visitor: TestVisitor): Promise<void> {
    const boss = await admin(this.#server)
    const one = await this.#server.get(
      'livechat/inquiries.getOne',
      { roomId: visitor.rid || 'none' },
      boss,
    )
    const inquiryId = one.body.inquiry?._id ?? 'none'
    for (const { userId } of this.#agents) {
      await this.#server.post('livechat/inquiries.take', { inquiryId, userId }, boss)
    }
  }

  async check(): Promise<void> {
    const boss = await admin(this.#server)
    const list = async (query: Record<string, string>): Promise<SeenRoom[]> =>
      expectOk(await this.#server.get('livechat/rooms', { count: '0', ...query }, boss)).rooms
    const open = await list({ open: 'true' })
    const queued = await list({ queued: 'true' })
    const { inquiries } = expectOk(
      await this.#server.get('livechat/inquiries.list', { count: '0' }, boss),
    )
    const agents = await this.#seenAgents()
    const load = new Map(agents.map(({ _id }) => [_id, 0]))
    for (const room of open) {
      const waits = queued.some(({ _id }) => _id === room._id)
      assert.equal(waits, room.servedBy === undefined, 'queued or taken, never both or neither')
      const inquiry = inquiries.find(({ rid }: { rid: string }) => rid === room._id)
      assert.equal(inquiry?.status, waits ? 'queued' : 'taken')
      if (room.servedBy === undefined) continue
      const before = load.get(room.servedBy._id)
      assert.ok(before !== undefined, 'who serves is an active agent')
      load.set(room.servedBy._id, before + 1)
    }
    assert.equal(inquiries.length, open.length)
    const free = agents.filter(
      ({ _id, status, statusLivechat }) =>
        status !== 'offline' &&
        statusLivechat === 'available' &&
        (this.#limit === 0 || (load.get(_id) ?? 0) < this.#limit),
    )
    assert.ok(queued.length === 0 || free.length === 0, 'nobody waits while somebody is free')
  }

  async #seenAgents(): Promise<SeenAgent[]> {
    const boss = await admin(this.#server)
    const { users } = expectOk(await this.#server.get('livechat/users/agent', { count: '0' }, boss))
    const active: SeenAgent[] = []
    for (const user of users as SeenAgent[]) {
      const info = await this.#server.get('users.info', { userId: user._id }, boss)
      if (expectOk(info).user.active) active.push(user)
    }
    return active
  }

  /** How many each agent serves is within the limit that held when he took them. */
  async checkLimit(): Promise<void> {
    if (this.#limit === 0) return
    const boss = await admin(this.#server)
    for (const { userId } of this.#agents) {
      const query = { open: 'true', 'agents[]': userId }
      const { total } = expectOk(await this.#server.get('livechat/rooms', query, boss))
      assert.ok(total <= this.#limit, 'nobody serves more than he may')
    }
  }

  #visitor(number: number): TestVisitor {
    const visitor = this.#visitors[number]
    assert.ok(visitor)
    return visitor
  }

  #agent(number: number): TestUser {
    const agent = this.#agents[number]
    assert.ok(agent)
    return agent
  }
}

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: {
      ...ALONE,
      OVERWRITE_SETTING_Livechat_agent_leave_action_timeout: String(TIMEOUT_S),
    },
  })

  it('[P8] whatever agents and visitors do, no conversation is nobody’s', async () => {
    const agents: TestUser[] = []
    for (let number = 0; number < AGENTS; number++) agents.push(await seedAgent(server()))
    for (const agent of agents) await setStatus(server(), agent, 'offline')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: STEPS, minLength: 5 }), async (steps) => {
        const world = new World(server(), agents)
        await world.begin()
        // A limit that shrinks takes nothing away; what is over it then is not checked.
        let shrunk = false
        try {
          await world.play({ do: 'limit', limit: 2 })
          for (const each of steps) {
            shrunk ||= each.do === 'limit'
            await world.play(each)
            await world.check()
            if (!shrunk) await world.checkLimit()
          }
        } finally {
          await world.end()
        }
      }),
      { numRuns: RUNS },
    )
  })
})
