import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StorageTarget } from '../server/storage/open.ts'
import { ChildServer } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { babble, cutOff, hang, Receiver, say, type Answering } from './support/receiver.ts'
import { changeSettings, seedRoom } from './support/seed.ts'
import { useServer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

const ROOMS = 3
const MESSAGES = 12
const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
/** PostgreSQL has other nodes to think of: it waits for the lease of the killed one to end. */
const KILLS = NIGHTLY ? { sqlite: 20, postgres: 5 } : { sqlite: 3, postgres: 1 }
const SENDS = 60
const ATTEMPTS = 5
/** Far less than the time a receiver is given, which whoever waits for it would take. */
const NOISE_MS = 50
const ARRIVES_MS = 180_000

const WEBHOOK = {
  OVERWRITE_SETTING_Livechat_webhook_on_visitor_message: 'true',
  OVERWRITE_SETTING_Livechat_http_timeout: '200',
  OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1',
}

/** Something else goes wrong now and then; what ends with a 200 was taken. */
function unreliable(taken: (body: string) => void): Answering {
  const faults = [say(500), hang, cutOff, say(301, '', { location: 'http://127.0.0.1/' })]
  let count = 0
  return (request, response) => {
    count += 1
    const fault = count % 9 === 0 ? faults[(count / 9) % faults.length] : undefined
    if (fault === undefined) taken(request.body)
    ;(fault ?? say(200))(request, response)
  }
}

forEachEngine((engine) => {
  let storage: StorageTarget
  let remove: () => Promise<void>
  before(async () => ({ storage, remove } = await engine.create()))
  after(() => remove())

  test('[P9] no event is lost to kills and an unreliable receiver, and rooms keep their order', async () => {
    const taken = new Map<string, string[]>()
    const count = (): number => [...taken.values()].reduce((sum, { length }) => sum + length, 0)
    const receiver = await Receiver.start(
      unreliable((body) => {
        const { _id, messages } = JSON.parse(body)
        const texts = taken.get(_id) ?? []
        const text = messages[0].msg
        // At least once: what a killed server could not note comes again.
        if (!texts.includes(text)) taken.set(_id, [...texts, text])
      }),
    )
    const environment = { ...WEBHOOK, OVERWRITE_SETTING_Livechat_webhookUrl: receiver.url }
    let server = await ChildServer.start({ storage, environment })
    const api = {
      request: (...args: Parameters<ChildServer['request']>) => server.request(...args),
    }
    const visitors = []
    for (let index = 0; index < ROOMS; index++) visitors.push(await newVisitor(api))
    let sent = 0
    for (let round = 0; round <= KILLS[engine.name]; round++) {
      for (let index = 0; index < MESSAGES; index++) {
        await Promise.all(visitors.map((visitor) => visitor.say(`message ${sent + index}`)))
      }
      sent += MESSAGES
      if (round === KILLS[engine.name]) break
      const before = receiver.received.length
      const isBusy = (): boolean => receiver.received.length > before || count() === ROOMS * sent
      await until('it works on them, or is done', isBusy)
      await server.stop('SIGKILL')
      server = await ChildServer.start({ storage, environment })
    }
    await until('everything has arrived', () => count() === ROOMS * sent, ARRIVES_MS)
    const inOrder = Array.from({ length: sent }, (_, index) => `message ${index}`)
    for (const { rid } of visitors) assert.deepEqual(taken.get(rid), inOrder)
    assert.equal((await server.stop()).code, 0)
    await receiver.stop()
  })
})

forEachEngine((engine) => {
  const server = useServer(engine, { environment: { ...ALONE, ...WEBHOOK } })

  test('[P9] a dead, slow or lying receiver adds nothing to sending', async () => {
    const receiver = await Receiver.start(hang)
    // From here on the jobs are worked on beside the requests.
    await server().app.http.listen({ port: 0, host: '127.0.0.1' })
    const ana = await seedRoom(server())
    const median = async () => {
      const times: number[] = []
      for (let index = 0; index < SENDS; index++) {
        const started = performance.now()
        await ana.say('hello')
        times.push(performance.now() - started)
      }
      return times.sort((a, b) => a - b)[SENDS / 2] ?? 0
    }
    await median()
    const without = await median()
    // A busy machine is slow for a while; who waits for the receiver is slow each time.
    const assertNoSlower = async (): Promise<void> => {
      const times: number[] = []
      while (times.length < ATTEMPTS) {
        const time = await median()
        if (time < without * 3 + NOISE_MS) return
        times.push(time)
      }
      assert.fail(`${times.join(', ')} ms instead of ${without} ms`)
    }
    await changeSettings(server(), { Livechat_webhookUrl: receiver.url })
    for (const answer of [hang, say(500), cutOff, babble]) {
      receiver.answer = answer
      await assertNoSlower()
    }
    await receiver.stop()
    await assertNoSlower()
  })
})
