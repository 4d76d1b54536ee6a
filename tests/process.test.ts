import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { VARIABLES } from '../server/config.ts'
import { Child, childEnvironment, ChildServer } from './support/child-server.ts'
import { ENGINES } from './support/engines.ts'
import { freePort } from './support/ports.ts'
import type { Answer } from './support/test-server.ts'
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

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate()
}

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
    await until(async () => !(await accepts(server.url)))
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
    await until(async () => !(await accepts(server.url)))
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
    await until(() => !isAlive(pid))
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

test('a wrong value in the environment stops the start with one sentence that names it', () =>
  withFolder(async (folder) => {
    const wrong: [string, string][] = [
      ['PORT', 'http'],
      ['PORT', '65536'],
      ['ROOT_URL', 'ftp://example.com'],
      ['DATABASE_URL', 'mysql://localhost/foyer'],
      ['BUS_DATABASE_URL', 'mysql://localhost/foyer'],
      ['NATS_URL', 'nats://localhost:4222'],
      ['ADMIN_USERNAME', 'two words'],
      ['ADMIN_PASS', 'short'],
      ['ADMIN_EMAIL', 'nobody'],
      ['ADMIN_ID', 'a b'],
      ['TRUSTED_PROXIES', 'the-proxy'],
      ['LOG_LEVEL', 'loud'],
      ['OVERWRITE_SETTING_Livechat_enabled', 'perhaps'],
      ['OVERWRITE_SETTING_No_such_setting', 'x'],
    ]
    const environment = childEnvironment({ storage: { kind: 'sqlite', folder } })
    await Promise.all(
      wrong.map(async ([name, value]) => {
        const child = new Child(process.execPath, ['server/main.js'], {
          ...environment,
          [name]: value,
        })
        assert.deepEqual(await child.exited, { code: 1, signal: null }, name)
        assert.equal(child.stdout, '', name)
        const setting = name.replace('OVERWRITE_SETTING_', '')
        assert.match(child.stderr, new RegExp(`^[^\\n]*${setting}\\b[^\\n]*\\n$`), name)
      }),
    )
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
