import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { portOf } from './support/ddp-client.ts'
import { forEachEngine } from './support/engines.ts'
import { useNodes } from './support/nodes.ts'
import { changeSettings, seedUser } from './support/seed.ts'
import { useServer, type TestServer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { ALONE, randomId } from './support/visitor.ts'

/** What is used of the published client. Its own types do not compile under strict rules. */
interface Livechat {
  credentials: { token: string }
  connect(options: object): Promise<void>
  disconnect(): Promise<void>
  grantVisitor(guest: object): Promise<{ _id: string; username: string }>
  room(): Promise<{ _id: string; servedBy?: { username: string } }>
  subscribeRoom(rid: string): Promise<unknown>
  sendMessage(message: { rid: string; msg: string }): Promise<unknown>
  loadMessages(rid: string): Promise<{ msg: string }[]>
  closeChat(room: { rid: string }): Promise<unknown>
  onMessage(callback: (message: SdkMessage) => void): Promise<unknown>
  onTyping(callback: (username: string, typing: boolean) => void): Promise<unknown>
  onAgentChange(rid: string, callback: (agent?: { username: string }) => void): Promise<void>
  onAgentStatusChange(rid: string, callback: (status: string) => void): Promise<void>
  onQueuePositionChange(rid: string, callback: (queue: { spot: number }) => void): Promise<void>
  notifyVisitorTyping(rid: string, username: string, typing: boolean): Promise<unknown>
}

interface Bot {
  connect(options: object): Promise<void>
  disconnect(): Promise<void>
  login(credentials: { username: string; password: string }): Promise<unknown>
  reactToMessages(
    callback: (error: unknown, message: SdkMessage, meta: { roomType: string }) => void,
  ): Promise<void>
  methodCall(method: string, ...params: unknown[]): Promise<{ _id: string; msg: string }>
  sendToRoomId(text: string, rid: string): Promise<unknown>
}

interface SdkMessage {
  msg: string
  rid: string
  t?: string
  ts: Date
  u: { username: string }
}

// Its types name things that are not there, so what is used is written down above.
const { default: sdk } = (await import('@rocket.chat/sdk')) as unknown as {
  default: { Livechat: new (options: object) => Livechat; Bot: new (options: object) => Bot }
}

const PASSWORD = 'a long enough password'

/** Pongs of the client without an id, and unanswered calls of its own, are nothing to log. */
const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  warning: () => {},
  error: () => {},
}

/** A conversation between the two clients, each at its process, from the first word to the last. */
async function talk(t: TestContext, atVisitor: TestServer, atBot: TestServer): Promise<void> {
  await changeSettings(atVisitor, { Livechat_Routing_Method: 'Auto_Selection' })
  const username = `a-bot-${randomId()}`
  await seedUser(atBot, ['user', 'livechat-agent', 'bot'], { username, online: true })
  const optionsAt = async (server: TestServer) => ({
    host: `http://127.0.0.1:${await portOf(server)}`,
    logger: silent,
  })
  const bot = new sdk.Bot(await optionsAt(atBot))
  // These clients connect again for ever, also after a failure here.
  t.after(() => bot.disconnect())
  await bot.connect({})
  await bot.login({ username, password: PASSWORD })
  const heard: SdkMessage[] = []
  await bot.reactToMessages((error, message) => {
    assert.equal(error, null)
    heard.push(message)
  })

  const visitor = new sdk.Livechat(await optionsAt(atVisitor))
  t.after(() => visitor.disconnect())
  const token = randomId()
  visitor.credentials = { token }
  await visitor.connect({})
  const guest = await visitor.grantVisitor({ visitor: { token, name: 'Ana' } })
  assert.ok(guest._id)
  const room = await visitor.room()
  assert.equal(room.servedBy?.username, username)
  const rid = room._id
  const seen: SdkMessage[] = []
  const typing: [string, boolean][] = []
  const statuses: string[] = []
  await visitor.onMessage((message) => seen.push(message))
  await visitor.onTyping((name, on) => typing.push([name, on]))
  await visitor.subscribeRoom(rid)
  await visitor.onAgentChange(rid, () => undefined)
  await visitor.onAgentStatusChange(rid, (status) => statuses.push(status))
  await visitor.onQueuePositionChange(rid, () => undefined)

  await visitor.sendMessage({ rid, msg: 'Hello bot' })
  await until('the bot hears the visitor', () => heard.some(({ msg }) => msg === 'Hello bot'))
  const activity = [`${rid}/user-activity`, username, ['user-typing'], {}] as const
  // Typing is best effort: what is lost between two processes is told with the next key.
  await until('the visitor sees the bot type', async () => {
    await bot.methodCall('stream-notify-room', ...activity)
    return typing.some(([name, on]) => name === username && on)
  })
  const answer = await bot.methodCall('sendMessage', {
    rid,
    msg: 'Hello visitor',
    bot: { i: 'x' },
  })
  assert.equal(answer.msg, 'Hello visitor')
  await bot.sendToRoomId('and again', rid)
  await until('the visitor hears the bot', () => seen.some(({ msg }) => msg === 'and again'))
  const said = seen.filter(({ t }) => t === undefined)
  assert.deepEqual(
    said.map(({ msg }) => msg),
    ['Hello bot', 'Hello visitor', 'and again'],
  )
  assert.ok(said.every(({ ts }) => ts instanceof Date && !Number.isNaN(ts.getTime())))
  await bot.methodCall('UserPresence:setDefaultStatus', 'busy')
  await until('the visitor sees the status', () => statuses.includes('busy'))
  await visitor.notifyVisitorTyping(rid, 'whoever', true)
  const history = await visitor.loadMessages(rid)
  assert.ok(history.some(({ msg }) => msg === 'and again'))
  await visitor.closeChat({ rid })
  await until('the visitor hears the end', () => seen.some(({ t }) => t === 'livechat-close'))
  await until('the bot hears no token', () => heard.length > 1)
  assert.ok(!JSON.stringify(heard).includes(token), '[S2]')
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('the published SDK talks as visitor and as bot, from the first word to the last', (t) =>
    talk(t, server(), server()))
})

describe('two processes', () => {
  const nodes = useNodes({ environment: ALONE }, { environment: ALONE })

  test('[P5] the same where the visitor is at one process and the bot at another', (t) => {
    const [a, b] = nodes() as [TestServer, TestServer]
    return talk(t, a, b)
  })
})
