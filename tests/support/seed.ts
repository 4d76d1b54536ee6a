import assert from 'node:assert/strict'
import { randomId, TestVisitor, type Api } from './visitor.ts'
import type { Answer, Login, TestServer } from './test-server.ts'

const PASSWORD = 'a long enough password'

/** A signed-in user of a test. */
export interface TestUser extends Login {
  username: string
}

/** What a test may say of a user whom it seeds. */
export interface UserSeed {
  username?: string
  name?: string
  /** Says so with `users.setStatus` when true; agents do unless told otherwise. */
  online?: boolean
}

const admins = new WeakMap<TestServer, Promise<Login>>()

/** The administrator, signed in once per server. */
export function admin(server: TestServer): Promise<Login> {
  let login = admins.get(server)
  if (login === undefined) {
    login = server.admin()
    admins.set(server, login)
  }
  return login
}

/** A user with these roles, created and signed in through the API. */
export async function seedUser(
  server: TestServer,
  roles: readonly string[],
  { username = `user-${randomId()}`, name = username, online = false }: UserSeed = {},
): Promise<TestUser> {
  const body = { username, name, email: `${username}@example.com`, password: PASSWORD, roles }
  expectOk(await server.post('users.create', body, await admin(server)))
  const login = { ...(await server.login(username, PASSWORD)), username }
  if (online) await setStatus(server, login, 'online')
  return login
}

/** An agent, online and available. */
export const seedAgent = (server: TestServer, seed: UserSeed = {}): Promise<TestUser> =>
  seedUser(server, ['user', 'livechat-agent'], { online: true, ...seed })

/** A manager who is no agent. */
export const seedManager = (server: TestServer, seed: UserSeed = {}): Promise<TestUser> =>
  seedUser(server, ['user', 'livechat-manager'], seed)

/** Says for a user whether he is there. */
export async function setStatus(
  server: TestServer,
  user: Login,
  status: 'online' | 'away' | 'busy' | 'offline',
): Promise<void> {
  expectOk(await server.post('users.setStatus', { status, message: '' }, user))
}

/** A registered visitor without a room. */
export async function seedVisitor(api: Api, name = 'Ana'): Promise<TestVisitor> {
  const visitor = new TestVisitor(api)
  expectOk(await visitor.register({ name }))
  return visitor
}

/** A registered visitor with an open room. */
export async function seedRoom(api: Api, name = 'Ana'): Promise<TestVisitor> {
  const visitor = await seedVisitor(api, name)
  expectOk(await visitor.openRoom())
  return visitor
}

/** Stores settings through the API; they hold from the answer on. */
export async function changeSettings(
  server: TestServer,
  values: Record<string, unknown>,
): Promise<void> {
  for (const [id, value] of Object.entries(values)) {
    expectOk(await server.post(`settings/${id}`, { value }, await admin(server)))
  }
}

/** The body of a success. */
export function expectOk(answer: Answer): Answer['body'] {
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

/** Fails unless the answer is this refusal, in either of its forms. */
export function expectRefusal(answer: Answer, status: number, text: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.equal(answer.body.success, false)
  assert.ok(String(answer.body.error).includes(text), JSON.stringify(answer.body))
}
