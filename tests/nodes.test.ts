import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Reader } from '../server/storage/database.ts'
import { MovableClock } from './support/clock.ts'
import { DdpClient, type Frame } from './support/ddp-client.ts'
import { NO_BUS, useNodes } from './support/nodes.ts'
import { Receiver } from './support/receiver.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  seedVisitor,
  setStatus,
} from './support/seed.ts'
import { sayAs, seedServedRoom } from './support/served-room.ts'
import type { TestServer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { ALONE, FollowedRoom, randomId, TestVisitor } from './support/visitor.ts'

const ROUNDS = 5
const environment = { ...ALONE, OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1' }

describe('two processes of one installation', () => {
  const clock = new MovableClock()
  const nodes = useNodes({ environment, clock }, { environment, clock })
  const both = () => nodes() as [TestServer, TestServer]
  /** The same visitor, whose requests go to the other process. */
  const through = (server: TestServer, visitor: TestVisitor): TestVisitor => {
    const other = new TestVisitor(server, visitor.token)
    other.rid = visitor.rid
    return other
  }

  test('[P3] messages to one room through both are one order without a gap', async () => {
    const [a, b] = both()
    const here = await seedRoom(a)
    const there = through(b, here)
    const before = (await here.room()).seq
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? here : there).say(`${index}`)),
    )
    const screens = [new FollowedRoom(), new FollowedRoom()] as const
    await screens[0].catchUp(here, 7)
    await screens[1].catchUp(there, 100)
    assert.deepEqual(screens[0].inOrder, screens[1].inOrder)
    const said = screens[0].inOrder.filter(({ t }) => t === undefined)
    assert.deepEqual(
      said.map(({ seq }) => seq),
      Array.from({ length: 40 }, (_, index) => before + 1 + index),
    )
    const times = said.map(({ ts }) => ts)
    assert.deepEqual(times, [...new Set(times)].sort())
  })

  test('[P2] the same _id through both at once is one message', async () => {
    const [a, b] = both()
    const here = await seedRoom(a)
    const there = through(b, here)
    for (let round = 0; round < ROUNDS; round++) {
      const _id = randomId()
      const answers = await Promise.all(
        [here, there, here, there].map((visitor) => visitor.say(`round ${round}`, _id)),
      )
      for (const answer of answers) assert.deepEqual(answer, answers[0])
    }
    assert.equal((await there.texts()).length, ROUNDS)
  })

  test('[P5] what was said and done through one shows through the other after the answer', async () => {
    const [a, b] = both()
    const { agent, visitor } = await seedServedRoom(a)
    const there = through(b, visitor)
    for (let round = 0; round < ROUNDS; round++) {
      const said = await visitor.say(`round ${round}`)
      assert.equal(expectOk(await there.read(said._id)).message.msg, `round ${round}`)
      expectOk(await there.edit(said._id, 'edited'))
      assert.equal(expectOk(await visitor.read(said._id)).message.msg, 'edited')
      await sayAs(b, agent, visitor.rid, `answer ${round}`)
      assert.equal((await visitor.texts()).at(-1), `answer ${round}`)
    }
    expectOk(await there.close())
    assert.equal((await visitor.send('too late')).body.error, 'room-closed')
    await setStatus(b, agent, 'offline')
  })

  test('[P7] a visitor who asks both for a room has one', async () => {
    const [a, b] = both()
    for (let round = 0; round < ROUNDS; round++) {
      const here = await seedVisitor(a)
      const there = through(b, here)
      await Promise.all([here, there, here, there].map((visitor) => visitor.openRoom()))
      assert.equal(here.rid, there.rid)
    }
  })

  test('[P8] of two agents at two processes who take one inquiry, one has it', async () => {
    const [a, b] = both()
    await changeSettings(a, { Livechat_Routing_Method: 'Manual_Selection' })
    await changeSettings(b, { Livechat_Routing_Method: 'Manual_Selection' })
    const agents = [await seedAgent(a), await seedAgent(b)] as const
    for (let round = 0; round < ROUNDS; round++) {
      const visitor = await seedRoom(a)
      const asked = { roomId: visitor.rid }
      const { inquiry } = expectOk(await b.get('livechat/inquiries.getOne', asked, agents[1]))
      const take = { inquiryId: inquiry._id }
      const answers = await Promise.all([
        a.post('livechat/inquiries.take', take, agents[0]),
        b.post('livechat/inquiries.take', take, agents[1]),
      ])
      const winners = answers.filter(({ status }) => status === 200)
      assert.equal(winners.length, 1, JSON.stringify(answers.map(({ body }) => body)))
      const winner = agents[answers.findIndex(({ status }) => status === 200)]
      assert.equal((await visitor.room()).servedBy._id, winner?.userId)
    }
    for (const agent of agents) await setStatus(a, agent, 'offline')
  })

  test('[P8] an agent who has left: both look, and his conversation is forwarded once', async () => {
    const [a, b] = both()
    const { agent, visitor } = await seedServedRoom(a)
    const next = await seedAgent(b)
    await setStatus(b, agent, 'offline')
    clock.advance(600_000)
    await Promise.all([a, b, a, b].map(({ app }) => app.routing.tick()))
    assert.equal((await visitor.room()).servedBy._id, next.userId)
    const moved = (await visitor.messages()).filter(
      ({ t }) => t === 'livechat_transfer_history' || t === 'uj',
    )
    assert.equal(new Set(moved.map(({ seq }) => seq)).size, moved.length)
    assert.equal(moved.filter(({ t }) => t === 'livechat_transfer_history').length, 1)
    await setStatus(a, next, 'offline')
  })

  test('a round of retention that is due is done by one of them', async () => {
    const [a, b] = both()
    const dueOf = async () =>
      (
        await a.app.ctx.db.read((reader) =>
          reader.rows<{ value: number }>(
            `select value from counter where id = 'retention.due'`,
            [],
          ),
        )
      )[0]?.value
    clock.advance(2 * 3_600_000)
    await Promise.all([a.app.retention.tick(), b.app.retention.tick()])
    const due = await dueOf()
    assert.ok(due !== undefined && due > clock.now())
    await Promise.all([a.app.retention.tick(), b.app.retention.tick()])
    assert.equal(await dueOf(), due)
  })

  describe('jobs', () => {
    let receiver: Receiver
    before(async () => {
      receiver = await Receiver.start()
      const [a, b] = both()
      const values = {
        Livechat_webhookUrl: receiver.url,
        Livechat_webhook_on_visitor_message: true,
        Livechat_Routing_Method: 'Manual_Selection',
      }
      for (const server of [a, b]) await changeSettings(server, values)
    })
    after(() => receiver.stop())

    test('[P9] both look for work, and each piece is done once, in its order', async () => {
      const [a, b] = both()
      const visitors = await Promise.all([1, 2, 3, 4].map((n) => seedRoom(n % 2 === 0 ? a : b)))
      await Promise.all([a.app.jobs.drain(), b.app.jobs.drain()])
      const already = receiver.received.length
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          visitors.map((visitor, index) =>
            through(round % 2 === 0 ? a : b, visitor).say(`${index}:${round}`),
          ),
        )
      }
      await Promise.all([a, b, a, b].map(({ app }) => app.jobs.drain()))
      // One may have waited for the other's last piece.
      await Promise.all([a, b].map(({ app }) => app.jobs.drain()))
      const told = receiver.received.slice(already).map(({ body }) => textOf(body))
      assert.equal(told.length, 20)
      for (const [index] of visitors.entries()) {
        assert.deepEqual(
          told.filter((text) => text.startsWith(`${index}:`)),
          [0, 1, 2, 3, 4].map((round) => `${index}:${round}`),
        )
      }
    })
  })

  test('[P5] a conversation between sockets at two processes: messages, typing, presence, the end', async () => {
    const [a, b] = both()
    await changeSettings(b, { Livechat_Routing_Method: 'Auto_Selection' })
    await changeSettings(a, { Livechat_Routing_Method: 'Auto_Selection' })
    const { agent, visitor } = await seedServedRoom(a)
    const widget = await DdpClient.connect(a)
    await widget.call('livechat:setUpConnection', { token: visitor.token })
    await widget.follow(visitor, 'room-messages')
    await widget.follow(visitor, 'notify-room', `${visitor.rid}/typing`)
    const desk = await DdpClient.signedIn(b, agent)
    await desk.expectReady('room-messages', visitor.rid)
    await desk.expectReady('notify-room', `${visitor.rid}/user-activity`)

    await visitor.say('to the other process')
    await desk.message(visitor.rid, 'to the other process')
    await sayAs(b, agent, visitor.rid, 'and back')
    await widget.message(visitor.rid, 'and back')
    const extra = { token: visitor.token }
    const event = `${visitor.rid}/user-activity`
    const isTyping = ({ fields }: Frame): boolean => {
      const [who, what] = fields?.args ?? []
      return who === agent.username ? what === true : what?.[0] === 'user-typing'
    }
    // Best effort between processes: what is lost on the way is told with the next key.
    await until('the agent sees the visitor type', async () => {
      await widget.call('stream-notify-room', event, 'x', ['user-typing'], extra)
      return desk.events('notify-room', event).some(isTyping)
    })
    await until('the visitor sees the agent type', async () => {
      await desk.call('stream-notify-room', event, agent.username, ['user-typing'])
      return widget.events('notify-room', `${visitor.rid}/typing`).some(isTyping)
    })
    expectOk(await through(b, visitor).close())
    await widget.event('room-messages', visitor.rid, ([{ t }]) => t === 'livechat-close')
    await widget.close()
    await desk.close()
    assert.ok(await admin(a))
  })
})

describe('a process whose rings nobody hears', () => {
  const nodes = useNodes({ environment }, { environment: { ...environment, ...NO_BUS } })

  test('[P4] what it commits between two statements of a look is told all the same, in order', async (t) => {
    const [a, b] = nodes() as [TestServer, TestServer]
    const visitor = await seedRoom(a)
    const there = new TestVisitor(b, visitor.token)
    there.rid = visitor.rid
    const widget = await DdpClient.connect(a)
    await widget.follow(visitor, 'room-messages')
    const { db } = a.app.ctx
    const read = db.read.bind(db)
    const between: (() => Promise<unknown>)[] = [() => there.say('in between'), () => there.close()]
    // A look reads the messages, then the room; the other process commits after the first.
    t.mock.method(db, 'read', (work: (reader: Reader) => Promise<unknown>) =>
      read((reader) =>
        work({
          q: reader.q,
          rows: async <Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]> => {
            const rows = await reader.rows<Result>(sql, parameters)
            const looks = sql.includes('from message where changed_seq') && rows.length > 0
            if (looks) await between.shift()?.()
            return rows
          },
        }),
      ),
    )
    await visitor.say('first')
    await widget.event('room-messages', visitor.rid, ([{ t: kind }]) => kind === 'livechat-close')
    const texts = widget.events('room-messages', visitor.rid).map(({ fields }) => fields?.args[0])
    assert.deepEqual(
      texts.map(({ t: kind, msg }) => kind ?? msg),
      ['first', 'in between', 'livechat-close'],
    )
    assert.equal(between.length, 0)
    await widget.close()
  })
})

const textOf = (body: string): string => JSON.parse(body).messages?.at(-1)?.msg ?? ''
