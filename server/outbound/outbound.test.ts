import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { freePort } from '../../tests/support/ports.ts'
import { babble, cutOff, hang, Receiver, say } from '../../tests/support/receiver.ts'
import { isPublicAddress, parseAllowList } from './addresses.ts'
import { createOutbound, type Address, type OutboundRequest, type Resolver } from './outbound.ts'

let receiver: Receiver
before(async () => {
  receiver = await Receiver.start()
})
after(() => receiver.stop())

const post = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"greeting":"grüß dich"}',
  timeoutMs: 5000,
  ...more,
})
const v4 = (address: string): Address => ({ address, family: 4 })
const v6 = (address: string): Address => ({ address, family: 6 })
const outbound = (allowed = '', resolver?: Resolver) => createOutbound(() => allowed, resolver)
const refused = { name: 'OutboundRefusedError' }
const failed = (message: RegExp) => ({ name: 'OutboundFailedError', message })

test('[S7] addresses that are not on the public internet, in all their spellings', () => {
  const forbidden = [
    '0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16',
    '169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1',
    '255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1',
    '::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:a9fe:a9fe ::127.0.0.1 64:ff9b::127.0.0.1',
    '64:ff9b::a00:1 64:ff9b:1::8.8.8.8 2002:7f00:1:: 2002:c0a8:101::1 2001:0:1::1 2001:db8::1',
    '3fff::1 100::1 4000::1 5f00::1 localhost 1.2.3 not-an-address',
  ]
  for (const address of forbidden.join(' ').split(' ')) {
    assert.equal(isPublicAddress(address), false, address)
  }
  const open = [
    '8.8.8.8 100.63.255.255 172.15.0.1 172.32.0.1 192.167.0.1 2606:4700::1111 2a00:1450::1',
    '::ffff:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::808:808 2002:808:808::1 2001:4860:4860::8888',
  ]
  for (const address of open.join(' ').split(' ')) {
    assert.equal(isPublicAddress(address), true, address)
  }
})

test('[S7] the allow list takes hosts, addresses, ranges and ports, and nothing by mistake', () => {
  const list = parseAllowList(
    ' crm , Mail.Internal:8080,10.0.0.0/8, 192.168.1.5:9000, fd00::/8, [::1]:3000, ::2, 10.0.0.0/99, /8, 1.2.3.4/x, []:1,,',
  )
  const hosts: [string, number, boolean][] = [
    ['crm', 1, true],
    ['CRM', 443, true],
    ['crm.example.com', 443, false],
    ['mail.internal', 8080, true],
    ['mail.internal', 80, false],
  ]
  for (const [host, port, allowed] of hosts)
    assert.equal(list.allowsHost(host, port), allowed, host)
  const addresses: [string, number, boolean][] = [
    ['10.9.9.9', 1, true],
    ['11.0.0.1', 1, false],
    ['192.168.1.5', 9000, true],
    ['192.168.1.5', 9001, false],
    ['fd12::1', 80, true],
    ['::1', 3000, true],
    ['::1', 3001, false],
    ['::2', 80, true],
    ['1.2.3.4', 80, false],
  ]
  for (const [address, port, allowed] of addresses) {
    assert.equal(list.allowsAddress(address, port), allowed, address)
  }
})

test('[S7] this machine is refused in every spelling of its name, and reached when allowed', async () => {
  const { port } = receiver
  const spellings = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    'localhost',
    'LOCALHOST.',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
  ]
  for (const host of spellings) {
    await assert.rejects(outbound()(post(`http://${host}:${port}/`)), refused, host)
  }
  assert.equal(receiver.received.length, 0)
  const answer = await outbound(`127.0.0.1:${port}`)(post(`http://127.1:${port}/a?b=c`))
  assert.equal(answer.status, 200)
  assert.equal(receiver.received[0]?.body, '{"greeting":"grüß dich"}')
  assert.equal(receiver.received[0]?.path, '/a?b=c')
  await assert.rejects(outbound('127.0.0.1:1')(post(`http://127.0.0.1:${port}/`)), refused)
})

test('[S7] a name that resolves to a private address is refused, also beside a public one', async () => {
  for (const addresses of [
    [v4('169.254.169.254')],
    [v4('8.8.8.8'), v4('10.0.0.1')],
    [v6('::ffff:10.0.0.1')],
    [v6('64:ff9b::a9fe:a9fe')],
    [v6('2002:7f00:1::')],
    [v6('fd00::1'), v4('8.8.8.8')],
  ]) {
    const go = outbound('', async () => addresses)
    await assert.rejects(go(post('https://crm.example/')), refused, JSON.stringify(addresses))
  }
  await assert.rejects(
    outbound('', async () => [])(post('https://crm.example/')),
    failed(/no address/),
  )
  const lost = outbound('', async () => {
    throw new Error('SERVFAIL for http://secret@crm.example')
  })
  await assert.rejects(
    lost(post('https://crm.example/')),
    failed(/^the host name could not be resolved$/),
  )
})

test('[S7] the connection goes to the address that was looked at, under the name of the host', async () => {
  let lookups = 0
  // Rebinding: whoever asks again hears of another machine.
  const resolver: Resolver = async () =>
    ++lookups === 1 ? [v4('127.0.0.1')] : [v4('10.255.255.1')]
  const answer = await outbound(
    'crm.example',
    resolver,
  )(post(`http://crm.example:${receiver.port}/x`))
  assert.equal(answer.status, 200)
  assert.equal(lookups, 1)
  assert.equal(receiver.received.at(-1)?.headers.host, `crm.example:${receiver.port}`)

  const hello = createServer()
  hello.listen(0, '127.0.0.1')
  await once(hello, 'listening')
  const { port } = hello.address() as AddressInfo
  const heard = once(hello, 'connection').then(async ([socket]) => {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return bytes
  })
  const secure = outbound('crm.example', async () => [v4('127.0.0.1')])
  await assert.rejects(secure(post(`https://crm.example:${port}/`)), failed(/connection failed/))
  assert.ok((await heard).includes('crm.example'), 'TLS names the host, not the address')
  hello.close()
})

test('[S7] no redirect is followed, to a private address or anywhere', async () => {
  const inner = await Receiver.start()
  receiver.answer = say(302, 'moved', { location: inner.url })
  const answer = await outbound('127.0.0.1')(post(receiver.url))
  assert.deepEqual(answer, { status: 302, body: 'moved' })
  assert.equal(inner.received.length, 0)
  receiver.answer = say(200)
  await inner.stop()
})

test('[S7] other schemes, and ports of other services, are refused', async () => {
  const open = outbound('', async () => [v4('8.8.8.8')])
  for (const url of ['ftp://crm.example/', 'file:///etc/passwd', 'data:,x', 'crm.example', '']) {
    await assert.rejects(open(post(url)), refused, url)
  }
  for (const port of [22, 25, 587, 1023]) {
    await assert.rejects(open(post(`http://crm.example:${port}/`)), refused, String(port))
  }
})

test('[S7] an answer is bounded in size and time; half an answer is none', async () => {
  const go = outbound('127.0.0.1')
  receiver.answer = babble
  const long = await go(post(receiver.url))
  assert.deepEqual([long.status, long.body.length], [200, 65_536])
  receiver.answer = cutOff
  await assert.rejects(go(post(receiver.url)), failed(/cut off|connection failed/))
  receiver.answer = hang
  await assert.rejects(go(post(receiver.url, { timeoutMs: 50 })), failed(/in time/))
  receiver.answer = (_request, response) => {
    response.writeHead(200)
    response.write('a drop')
  }
  await assert.rejects(go(post(receiver.url, { timeoutMs: 50 })), failed(/in time/))
  const silent = outbound('', () => new Promise(() => undefined))
  await assert.rejects(silent(post('https://crm.example/', { timeoutMs: 50 })), failed(/in time/))
  await assert.rejects(go(post(`http://127.0.0.1:${await freePort()}/`)), failed(/ECONNREFUSED/))
  receiver.answer = say(200)
})

test('name servers that are silent hold up few lookups at a time', async () => {
  let asked = 0
  const go = outbound('', () => {
    asked += 1
    return new Promise(() => undefined)
  })
  const ask = (host: string) => go(post(`https://${host}/`, { timeoutMs: 100 }))
  const outcomes = await Promise.allSettled(
    ['a', 'a', 'b', 'c'].map((name) => ask(`${name}.example`)),
  )
  const messages = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason.message : '',
  )
  assert.equal(asked, 2, 'the same name is asked once, and a third one not at all')
  assert.match(messages[3], /too many/)
  assert.match(messages[1], /in time/)
})
