import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../tests/support/engines.ts'
import { FaultyProxy } from '../tests/support/faulty-proxy.ts'
import { expectOk } from '../tests/support/seed.ts'
import { seedServedRoom } from '../tests/support/served-room.ts'
import { useServer } from '../tests/support/test-server.ts'
import { FollowedRoom, type TestVisitor } from '../tests/support/visitor.ts'
import { createAgentDesk } from './agent-desk.ts'
import { randomText } from './ids.ts'
import { faultTimers } from './testing/fast-timers.ts'
import { Browser, until, untilAfter, useUrl } from './testing/world.ts'
import { createVisitorChat } from './visitor-chat.ts'
import type { ChatItem } from './visitor-types.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] === '1'
const ROUNDS = NIGHTLY ? 100 : 9
const FAULTS = ['cut', 'deafen', 'silence'] as const

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What a person has read, in its order; echoes are not there yet. */
const said = (items: readonly ChatItem[]): string[] =>
  items.flatMap((item) =>
    item.kind === 'message' && item.message.t === undefined ? [item.text] : [],
  )

forEachEngine((engine) => {
  const server = useServer(engine)
  const url = useUrl(server)

  test(`[P4] [P2] [P3] ${ROUNDS} faults of the network: everything arrives once and in order`, async (t) => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const proxy = await FaultyProxy.start(new URL(url()))
    t.after(() => proxy.close())
    const serverUrl = proxy.through(url())
    const [browser, office] = [new Browser(), new Browser()]
    const openTab = () =>
      createVisitorChat({
        serverUrl,
        storage: browser.storage,
        tabs: browser.tab(),
        token: visitor.token,
        timers: faultTimers,
      })
    let chat = openTab()
    const desk = createAgentDesk({
      serverUrl,
      storage: office.storage,
      tabs: office.tab(),
      session: { userId: agent.userId, token: agent.headers['x-auth-token'] ?? '' },
      timers: faultTimers,
    })
    t.after(() => {
      chat.stop()
      desk.stop()
    })
    await Promise.all([chat.start(), desk.start()])
    desk.openRoom(rid)
    await until(() => chat.state().room?.id === rid, 'the conversation is shown')

    const typed: string[] = []
    const answered: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const fault = FAULTS[round % FAULTS.length] ?? 'cut'
      for (let part = 0; part < 3; part++) {
        if (part === 1) proxy[fault]()
        typed.push(`v${round}.${part}`)
        chat.send(`v${round}.${part}`)
        answered.push(`a${round}.${part}`)
        desk.send(rid, `a${round}.${part}`)
        await pause(Math.random() * 30)
      }
      // The other side of the room is not disturbed by this network.
      const bystander = { message: { rid, msg: `b${round}`, _id: randomText(20) } }
      expectOk(await server().post('chat.sendMessage', bystander, agent))
      if (round % 5 === 4) {
        // The page is loaded again, with what it had not sent.
        chat.stop()
        chat = openTab()
        void chat.start()
      }
      await pause(Math.random() * 60)
      // What was deaf or silent is found dead; a new connection is sound.
      if (fault !== 'silence') proxy.heal()
      else proxy.cut()
      proxy.heal()
      await pause(Math.random() * 60)
    }

    const shown = (): readonly ChatItem[] => desk.state().rooms[rid]?.items ?? []
    const both = () => [chat.state().items, shown()]
    // What is left to send may be much; it is lost only when nothing moves any more.
    const progress = (): string =>
      JSON.stringify([
        [chat.state(), desk.state()].map(({ phase, connection }) => [phase, connection]),
        both().map((items) => [items.length, said(items).length, said(items).at(-1)]),
      ])
    const isSent = (): boolean =>
      both().every((items) => items.length > 0 && items.every(({ kind }) => kind === 'message'))
    await untilAfter(isSent, progress)
    const stored = await everything(visitor)
    const isNewestPart = (texts: readonly string[]): boolean =>
      texts.length > 0 && texts.join() === stored.slice(-texts.length).join()
    await untilAfter(() => both().every((items) => isNewestPart(said(items))), progress)
    // A page that was loaded again shows the newest; the others are asked for by scrolling.
    // One that takes too long on a busy machine is asked for again.
    while (chat.state().hasOlder) await chat.loadOlder().catch(() => undefined)
    while (desk.state().rooms[rid]?.state.hasOlder === true) {
      await desk.loadOlder(rid).catch(() => undefined)
    }
    assert.deepEqual(said(chat.state().items), stored, 'one order for the visitor')
    assert.deepEqual(said(shown()), stored, 'and for the agent')
    const of = (mark: string): string[] => stored.filter((text) => text.startsWith(mark))
    assert.deepEqual(of('v'), typed, 'each text of the visitor once, as he wrote them')
    assert.deepEqual(of('a'), answered, 'each of the agent, too')
    assert.equal(of('b').length, ROUNDS)
  })
})

/** What was said, as the server has it. */
async function everything(visitor: TestVisitor): Promise<string[]> {
  const room = new FollowedRoom()
  await room.catchUp(visitor, 100)
  return room.inOrder.filter(({ t }) => t === undefined).map(({ msg }) => msg)
}
