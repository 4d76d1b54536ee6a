import assert from 'node:assert/strict'
import { changeSettings, expectOk, seedAgent, seedRoom, type TestUser } from './seed.ts'
import type { TestServer } from './test-server.ts'
import { randomId, type TestVisitor, type WireMessage } from './visitor.ts'

/** A conversation and who serves it. */
export interface ServedRoom {
  agent: TestUser
  visitor: TestVisitor
  rid: string
}

/**
 * A conversation that a fresh agent serves. Automatic routing prefers who has had none; of those
 * the one whose name comes first, hence the name.
 */
export async function seedServedRoom(server: TestServer, name = 'Ana'): Promise<ServedRoom> {
  await changeSettings(server, { Livechat_Routing_Method: 'Auto_Selection' })
  // Who waits since an earlier test goes to those who are there already.
  await server.app.routing.tick()
  const agent = await seedAgent(server, { username: `a-${randomId()}` })
  const visitor = await seedRoom(server, name)
  const { servedBy } = await visitor.room()
  assert.equal(servedBy?.username, agent.username, 'the fresh agent serves the conversation')
  return { agent, visitor, rid: visitor.rid }
}

/** Takes a waiting conversation for an agent. */
export async function takeAs(server: TestServer, agent: TestUser, roomId: string): Promise<void> {
  const found = await server.get('livechat/inquiries.getOne', { roomId }, agent)
  const { inquiry } = expectOk(found)
  expectOk(await server.post('livechat/inquiries.take', { inquiryId: inquiry._id }, agent))
}

/** Sends as a signed-in user, expects success, and returns the message. */
export async function sayAs(
  server: TestServer,
  user: TestUser,
  rid: string,
  msg: string,
): Promise<WireMessage> {
  return expectOk(await server.post('chat.sendMessage', { message: { rid, msg } }, user)).message
}
