import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { VARIABLES } from '../server/config.ts'
import { Child, childEnvironment, ChildServer } from './support/child-server.ts'
import { ENGINES } from './support/engines.ts'
import { freePort } from './support/ports.ts'
import type { Answer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { newVisitor } from './support/visitor.ts'

const [sqlite] = ENGINES

/** Gives the test a folder of its own, removed at the end. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const { storage, remove } = await sqlite!.create()
  assert.equal(storage.kind, 'sqlite')
  try {
    await work(storage.folder)
  } finally {
    await remove()
  }
}

/** A request whose head the server has seen and whose body is still to come. */
async function halfSent(url: string, path: string, body: string): Promise<ClientRequest> {
  const call = request(new URL(path, url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  })
  call.flushHeaders()
  await once(call, 'continue')
  return call
}

/** Sends the rest; resolves with the status and what shall become of the connection. */
async function finish(call: ClientRequest, body: string): Promise<(string | number | undefined)[]> {
  const answered = once(call, 'response') as Promise<[IncomingMessage]>
  call.end(body)
  const [response] = await answered
  response.resume()
  await once(response, 'end')
  return [response.statusCode, response.headers.connection]
}

const accepts = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const serverPid = async (folder: string): Promise<number> =>
  Number(await readFile(join(folder, 'foyer.pid'), 'utf8'))

test('[P1] SIGTERM: requests in flight are finished, the port is free, the exit code is 0', () =>
  withFolder(async (folder) => {
    const storage = { kind: 'sqlite', folder } as const
    const server = await ChildServer.start({ storage })
    const ana = await newVisitor(server)
    const body = JSON.stringify({ ...ana.own, msg: 'in flight' })
    const call = await halfSent(server.url, '/api/v1/livechat/message', body)
    const stopped = server.stop('SIGTERM')
    await until('the port is closed', async () => !(await accepts(server.url)))
    assert.deepEqual(await finish(call, body), [200, 'close'])
    assert.deepEqual(await stopped, { code: 0, signal: null })
    assert.equal(server.child.stderr, '')

    const next = await ChildServer.start({ storage })
    const visitor = await newVisitor(next, ana.token)
    assert.deepEqual(await visitor.texts(), ['in flight'])
    await next.stop()
  }))

test('[P1] a signal to npm start stops the server behind it, gracefully', () =>
  withFolder(async (folder) => {
    const storage = { kind: 'sqlite', folder } as const
    const port = String(await freePort())
    const command = ['npm', 'start'] as const
    const server = await ChildServer.start({ storage, command, environment: { PORT: port } })
    const pid = await serverPid(folder)
    assert.notEqual(pid, server.child.process.pid, 'npm is a process of its own')
    const ana = await newVisitor(server)
    const body = JSON.stringify({ ...ana.own, msg: 'in flight' })
    const call = await halfSent(server.url, '/api/v1/livechat/message', body)
    const stopped = server.stop('SIGTERM')
    await until('the port is closed', async () => !(await accepts(server.url)))
    assert.deepEqual(await finish(call, body), [200, 'close'])
    assert.deepEqual(await stopped, { code: 0, signal: null })
    assert.equal(isAlive(pid), false, 'no server is left over')
  }))

test('[P1] npm killed without a word: the server notices and stops', () =>
  withFolder(async (folder) => {
    const storage = { kind: 'sqlite', folder } as const
    const server = await ChildServer.start({ storage, command: ['npm', 'start'] })
    const pid = await serverPid(folder)
    await server.stop('SIGKILL')
    await until('the server ends', () => !isAlive(pid))
    assert.equal(await accepts(server.url), false)
  }))

test('a second start on the same data says in one sentence who holds it', () =>
  withFolder(async (folder) => {
    const storage = { kind: 'sqlite', folder } as const
    const server = await ChildServer.start({ storage })
    const second = new Child(process.execPath, ['server/main.js'], childEnvironment({ storage }))
    assert.deepEqual(await second.exited, { code: 1, signal: null })
    assert.equal(second.stdout, '')
    assert.match(
      second.stderr,
      new RegExp(`^[^\\n]*process ${server.child.process.pid}\\b[^\\n]*\\n$`),
    )
    await newVisitor(server)
    await server.stop()
    const third = await ChildServer.start({ storage })
    await third.stop()
  }))

test('what cannot be used stops the start with one sentence that names its variable', () =>
  withFolder(async (folder) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    // Values that are wrong by themselves have a test of their own, `server/config.test.ts`.
    const wrong: [string, Record<string, string>][] = [
      ['OVERWRITE_SETTING_Livechat_enabled', { OVERWRITE_SETTING_Livechat_enabled: 'perhaps' }],
      ['PORT', { PORT: String(port), HOST: '127.0.0.1', DATA_DIR: join(folder, 'port') }],
      ['HOST', { HOST: 'nowhere.invalid', DATA_DIR: join(folder, 'host') }],
      ['DATABASE_URL', { DATABASE_URL: `postgres://u:topsecret@127.0.0.1:1/db` }],
    ]
    const environment = childEnvironment({ storage: { kind: 'sqlite', folder } })
    await Promise.all(
      wrong.map(async ([name, values]) => {
        const child = new Child(process.execPath, ['server/main.js'], { ...environment, ...values })
        assert.deepEqual(await child.exited, { code: 1, signal: null }, name)
        assert.equal(child.stdout, '', name)
        assert.match(child.stderr, new RegExp(`^${name}\\b[^\\n]*\\.\\n$`), name)
        assert.ok(!child.stderr.includes('topsecret'), name)
      }),
    )
    taken.close()
  }))

test('--help lists every variable and starts nothing', () =>
  withFolder(async (folder) => {
    const environment = childEnvironment({ storage: { kind: 'sqlite', folder } })
    const child = new Child(process.execPath, ['server/main.js', '--help'], environment)
    assert.deepEqual(await child.exited, { code: 0, signal: null })
    for (const { name, meaning } of VARIABLES) {
      assert.ok(child.stdout.includes(name), name)
      assert.ok(child.stdout.includes(meaning), name)
    }
    assert.ok(!child.stdout.includes('ready'))
  }))

test('[S9] the first start prints how to sign in, once; the password works and is random', () =>
  withFolder(async (folder) => {
    const storage = { kind: 'sqlite', folder } as const
    const environment = { ADMIN_PASS: '' }
    const first = await ChildServer.start({ storage, environment })
    const [, username, password] = await first.child.printed(
      /sign in as "([^"]+)" with the password "([^"]{16,})"/,
    )
    const [, page, secret] = await first.child.printed(/set it up at http\S+(\/setup)#(\S{43,})\n/)
    assert.equal((await first.request('GET', page ?? '')).status, 200)
    const check = (): Promise<Answer> =>
      first.request('POST', 'foyer/setup.check', { body: { secret } })
    assert.equal((await check()).body.username, username)
    const login = { body: { user: username, password } }
    assert.equal((await first.request('POST', 'login', login)).status, 200)
    assert.equal((await check()).status, 400, 'the first sign-in ends the link')
    const guessed = await first.request('POST', 'login', {
      body: { user: username, password: 'admin' },
    })
    assert.equal(guessed.status, 401)
    await first.stop()
    const second = await ChildServer.start({ storage, environment })
    assert.equal((await second.request('POST', 'login', login)).status, 200)
    await second.stop()
    assert.ok(!/sign in|password|setup/.test(second.child.stdout), second.child.stdout)
  }))
