import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DdpClient } from '../../tests/support/ddp-client.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  type TestUser,
} from '../../tests/support/seed.ts'
import { takeAs } from '../../tests/support/served-room.ts'
import { useServer, type TestServer } from '../../tests/support/test-server.ts'
import { ALONE, type TestVisitor } from '../../tests/support/visitor.ts'

const QUEUE = 'livechat-inquiry-queue-observer'
const SINCE = { useCollection: false, args: [], since: 0 }

/** The lists of an agent as his client makes them from what it hears. */
class Lists {
  readonly #server: TestServer
  readonly #agent: TestUser
  #client: DdpClient | undefined
  /** Unread messages by conversation. */
  subscriptions = new Map<string, number>()
  rooms = new Set<string>()
  queue = new Set<string>()

  constructor(server: TestServer, agent: TestUser) {
    this.#server = server
    this.#agent = agent
  }

  /** Begins anew: the whole lists come first. */
  async connect(): Promise<void> {
    await this.#client?.close()
    this.#client = await DdpClient.signedIn(this.#server, this.#agent)
    for (const name of ['subscriptions-changed', 'rooms-changed']) {
      await this.#client.expectReady('notify-user', `${this.#agent.userId}/${name}`, SINCE)
    }
    await this.#client.expectReady(QUEUE, 'public', SINCE)
  }

  /** Everything that was told, applied in the order in which it came. */
  async take(): Promise<void> {
    await this.#server.app.realtime.settled()
    await this.#client?.settled()
    this.subscriptions = new Map()
    this.rooms = new Set()
    this.queue = new Set()
    for (const { collection, fields } of this.#client?.heard ?? []) {
      if (fields === undefined || fields.upToDate === true || collection === 'users') continue
      const [kind, entry] = fields.args
      if (collection === `stream-${QUEUE}`) this.#queueMoved(kind)
      else if (fields.eventName.endsWith('/rooms-changed')) this.#roomMoved(kind, entry)
      else if (kind === 'removed') this.subscriptions.delete(entry.rid)
      else this.subscriptions.set(entry.rid, entry.unread)
    }
  }

  async close(): Promise<void> {
    await this.#client?.close()
  }

  #queueMoved(inquiry: { _id: string; type: string; status?: string }): void {
    if (inquiry.type === 'removed' || inquiry.status !== 'queued') this.queue.delete(inquiry._id)
    else this.queue.add(inquiry._id)
  }

  #roomMoved(kind: string, room: { _id: string; cl?: boolean; servedBy?: unknown }): void {
    if (kind === 'removed' || room.cl === true || room.servedBy === undefined) {
      this.rooms.delete(room._id)
    } else this.rooms.add(room._id)
  }
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('[P4] lists made from what was told are those that are stored, whenever one came', async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const agent = await seedAgent(server())
    const lists = new Lists(server(), agent)
    const waiting: TestVisitor[] = []
    const served: TestVisitor[] = []
    const acts: Record<string, () => Promise<unknown>> = {
      open: async () => waiting.push(await seedRoom(server())),
      take: async () => {
        const visitor = waiting.shift()
        if (visitor === undefined) return
        await takeAs(server(), agent, visitor.rid)
        served.push(visitor)
      },
      say: async () => (served[0] ?? waiting[0])?.say('Hello'),
      read: async () => {
        const [visitor] = served
        if (visitor === undefined) return
        expectOk(await server().post('subscriptions.read', { rid: visitor.rid }, agent))
      },
      giveBack: async () => {
        const visitor = served.shift()
        if (visitor === undefined) return
        const inquiry = { roomId: visitor.rid }
        expectOk(await server().post('livechat/inquiries.returnAsInquiry', inquiry, agent))
        waiting.push(visitor)
      },
      close: async () => (served.shift() ?? waiting.shift())?.close(),
      comeBack: () => lists.connect(),
    }
    const names = fc.constantFrom(...Object.keys(acts))
    await fc.assert(
      fc.asyncProperty(fc.array(names, { minLength: 3, maxLength: 12 }), async (chosen) => {
        await lists.connect()
        for (const name of chosen) await acts[name]?.()
        await lists.take()
        const { update } = expectOk(await server().get('subscriptions.get', {}, agent))
        const stored = update.map(({ rid, unread }: { rid: string; unread: number }) => [
          rid,
          unread,
        ])
        assert.deepEqual(lists.subscriptions, new Map(stored))
        assert.deepEqual([...lists.rooms].sort(), served.map(({ rid }) => rid).sort())
        const { inquiries } = expectOk(
          await server().get('livechat/inquiries.queuedForUser', {}, agent),
        )
        const queued = inquiries.map(({ _id }: { _id: string }) => _id)
        assert.deepEqual([...lists.queue].sort(), queued.sort())
      }),
      { numRuns: 10 },
    )
    await lists.close()
  })
})
