import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { Receiver, say } from '../../../tests/support/receiver.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedRoom,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE } from '../../../tests/support/visitor.ts'

/** A browser that has subscribed: it alone can read what is sent to it. */
class TestBrowser {
  readonly pair: ECDH = createECDH('prime256v1')
  readonly auth = randomBytes(16)
  readonly publicKey = this.pair.generateKeys()

  subscription(endpoint: string): object {
    const p256dh = this.publicKey.toString('base64url')
    return { endpoint, keys: { p256dh, auth: this.auth.toString('base64url') } }
  }

  /** What RFC 8291 has a browser do. */
  read(body: Buffer): unknown {
    const salt = body.subarray(0, 16)
    const theirs = body.subarray(21, 86)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.publicKey, theirs])
    const secret = this.pair.computeSecret(theirs)
    const shared = Buffer.from(hkdfSync('sha256', secret, this.auth, info, 32))
    const derive = (label: string, bytes: number): Buffer =>
      Buffer.from(hkdfSync('sha256', shared, salt, `Content-Encoding: ${label}\0`, bytes))
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
    decipher.setAuthTag(body.subarray(-16))
    const text = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()])
    assert.equal(text.at(-1), 2, 'the last record')
    return JSON.parse(text.subarray(0, -1).toString())
  }
}

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1' },
  })
  let receiver: Receiver
  before(async () => {
    receiver = await Receiver.start()
  })
  after(() => receiver.stop())
  beforeEach(async () => {
    receiver.answer = say(201)
    receiver.received.length = 0
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
  })

  const subscribed = async (
    username = `n-${randomBytes(6).toString('hex')}`,
  ): Promise<{ agent: TestUser; browser: TestBrowser }> => {
    const agent = await seedAgent(server(), { username })
    const browser = new TestBrowser()
    expectOk(await server().get('foyer/push.key', {}, agent))
    const path = `http://127.0.0.1:${receiver.port}/${agent.username}`
    expectOk(await server().post('foyer/push.subscribe', browser.subscription(path), agent))
    return { agent, browser }
  }
  /** What came for this agent, once everything that is due has been done. */
  const toldTo = async (agent: TestUser) => {
    while ((await server().app.jobs.drain()) > 0);
    return receiver.received.filter(({ path }) => path === `/${agent.username}`)
  }

  test('who waits is told to the browsers of available agents, readable for them alone', async () => {
    const { agent, browser } = await subscribed()
    const away = await subscribed()
    expectOk(await server().post('livechat/agent.status', { status: 'not-available' }, away.agent))
    const visitor = await seedRoom(server(), 'Ana Ferreira')
    const [push, ...more] = await toldTo(agent)
    assert.ok(push)
    assert.deepEqual(more, [])
    assert.deepEqual(browser.read(push.bytes), { rid: visitor.rid, name: 'Ana Ferreira' })
    assert.throws(() => away.browser.read(push.bytes))
    assert.ok(!push.body.includes('Ana'))
    assert.equal(push.headers['content-encoding'], 'aes128gcm')
    assert.equal(push.headers.ttl, '300')
    const { publicKey } = expectOk(await server().get('foyer/push.key', {}, agent))
    assert.ok(push.headers.authorization?.endsWith(`k=${publicKey}`), 'the key stays the same')
    assert.deepEqual(await toldTo(away.agent), [])
    expectOk(await visitor.close())
  })

  test('under automatic routing the agent who is given the conversation is told, nobody else', async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
    // Of those who have had no conversation, the one whose name comes first is next.
    const given = await subscribed('a-given')
    const idle = await subscribed('b-idle')
    const visitor = await seedRoom(server(), 'Ben')
    assert.equal((await visitor.room()).servedBy.username, 'a-given')
    assert.deepEqual(
      (await toldTo(given.agent)).map(({ bytes }) => given.browser.read(bytes)),
      [{ rid: visitor.rid, name: 'Ben' }],
    )
    assert.deepEqual(await toldTo(idle.agent), [])
  })

  test('what was taken meanwhile is told to nobody', async () => {
    const { agent } = await subscribed()
    const visitor = await seedRoom(server(), 'Carla')
    const { inquiry } = expectOk(
      await server().get('livechat/inquiries.getOne', { roomId: visitor.rid }, agent),
    )
    expectOk(await server().post('livechat/inquiries.take', { inquiryId: inquiry._id }, agent))
    assert.deepEqual(await toldTo(agent), [])
  })

  test('a browser that is gone is forgotten; so is one whose login ended or that asks for it', async () => {
    const gone = await subscribed()
    receiver.answer = say(410)
    await seedRoom(server(), 'Dora')
    assert.equal((await toldTo(gone.agent)).length, 1)
    receiver.answer = say(201)
    const out = await subscribed()
    const { sessions } = expectOk(
      await server().get(
        'sessions/list.all',
        { filter: out.agent.username },
        await admin(server()),
      ),
    )
    for (const { sessionId } of sessions) {
      expectOk(await server().post('sessions/logout', { sessionId }, await admin(server())))
    }
    const leaving = await subscribed()
    expectOk(await server().post('foyer/push.unsubscribe', {}, leaving.agent))
    receiver.received.length = 0
    await seedRoom(server(), 'Emil')
    for (const { agent } of [gone, out, leaving]) assert.deepEqual(await toldTo(agent), [])
  })

  test('[S7] an address of the inside is never asked, and forgotten', async () => {
    const { agent } = await subscribed()
    const inside = new TestBrowser().subscription('http://10.0.0.1/push')
    expectOk(await server().post('foyer/push.subscribe', inside, agent))
    await seedRoom(server(), 'Flora')
    await toldTo(agent)
    const left = await server().app.ctx.db.read((reader) =>
      reader.q
        .selectFrom('push_subscription')
        .selectAll()
        .where('user_id', '=', agent.userId)
        .execute(),
    )
    assert.deepEqual(left, [])
  })

  test('[S3] what is no subscription is refused; the private key is told nobody', async () => {
    const { agent } = await subscribed()
    const right = new TestBrowser().subscription('https://push.example.com/1') as {
      endpoint: string
      keys: { p256dh: string; auth: string }
    }
    for (const wrong of [
      { ...right, endpoint: 'file:///etc/passwd' },
      { ...right, endpoint: 'https://me:secret@push.example.com/1' },
      { ...right, keys: { ...right.keys, p256dh: 'AAAA' } },
      { ...right, keys: { ...right.keys, auth: '' } },
    ]) {
      const answer = await server().post('foyer/push.subscribe', wrong, agent)
      expectRefusal(answer, 400, 'error-invalid-push-subscription')
    }
    const { privateKey } = JSON.parse(server().app.ctx.settings.get('Foyer_push_keys')) as {
      privateKey: string
    }
    const all = await server().get('settings', { count: '0' }, await admin(server()))
    assert.ok(!JSON.stringify(all.body).includes(privateKey))
    assert.equal((await server().get('foyer/push.key')).status, 401)
  })
})
