import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MovableClock } from '../tests/support/clock.ts'
import { forEachEngine } from '../tests/support/engines.ts'
import { FaultyProxy } from '../tests/support/faulty-proxy.ts'
import { useServer } from '../tests/support/test-server.ts'
import { ALONE, newVisitor } from '../tests/support/visitor.ts'
import { fastTimers } from './testing/fast-timers.ts'
import { Browser, ClosedWebSocket, until, useUrl } from './testing/world.ts'
import { createVisitorChat } from './visitor-chat.ts'

const DAY_MS = 24 * 3_600_000

forEachEngine((engine) => {
  const clock = new MovableClock()
  const server = useServer(engine, { environment: ALONE, clock })
  const url = useUrl(server)

  for (const way of ['by the socket', 'by polling'] as const) {
    test(`[P4] ${way}: who comes back after the log was pruned loads the room anew`, async (t) => {
      const visitor = await newVisitor(server())
      const [gone, changed] = [
        await visitor.say('deleted meanwhile'),
        await visitor.say('old text'),
      ]
      const proxy = await FaultyProxy.start(new URL(url()))
      t.after(() => proxy.close())
      const browser = new Browser()
      const chat = createVisitorChat({
        serverUrl: proxy.through(url()),
        storage: browser.storage,
        tabs: browser.tab(),
        token: visitor.token,
        timers: fastTimers,
        ...(way === 'by polling' ? { WebSocket: ClosedWebSocket } : {}),
      })
      t.after(() => chat.stop())
      const texts = (): string[] =>
        chat
          .state()
          .items.flatMap((item) =>
            item.kind === 'message' && item.message.t === undefined ? [item.text] : [],
          )
      await chat.start()
      await until(() => texts().length === 2, 'loaded')
      const [there, away] = way === 'by polling' ? ['polling', 'offline'] : ['online', 'offline']
      await until(() => chat.state().connection === there, 'connected')
      proxy.cut()
      await until(() => chat.state().connection === away, 'away')
      await visitor.remove(gone._id)
      await visitor.edit(changed._id, 'new text')
      for (let line = 0; line < 5; line++) await visitor.say(`line ${line}`)
      clock.advance(31 * DAY_MS)
      await server().app.retention.tick()
      assert.equal((await visitor.changes(1)).limited, true, 'the server cannot tell all')
      proxy.heal()
      const expected = ['new text', ...Array.from({ length: 5 }, (_, line) => `line ${line}`)]
      await until(() => texts().length === expected.length, 'loaded anew')
      assert.deepEqual(texts(), expected)
      await visitor.say('and on')
      await until(() => texts().at(-1) === 'and on', 'it goes on')
    })
  }
})
