import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Answer, RequestParts } from './test-server.ts'

/** Anything that answers requests: a server in this process, or one in a child process. */
export interface Api {
  request(method: string, path: string, parts?: RequestParts): Promise<Answer>
}

/** What a page of `afterSeq` answers. */
export interface ChangesPage {
  messages: WireMessage[]
  deleted: { _id: string; seq: number }[]
  seq: number
  more: boolean
  limited?: boolean
}

/** The fields of a message that tests read. */
export interface WireMessage {
  _id: string
  msg: string
  seq: number
  ts: string
  ls: string
  t?: string
  token?: string
  editedAt?: string
  u: { _id: string; username: string; name?: string }
  md?: unknown[]
  attachments?: { text: string }[]
}

/** A new message id or visitor token; nobody else makes the same. */
export const randomId = (): string => randomBytes(12).toString('base64url')

/** A visitor as the tests play him: his token, his room, and the calls of a widget. */
export class TestVisitor {
  readonly api: Api
  readonly token: string
  id = ''
  rid = ''

  constructor(api: Api, token: string = randomId()) {
    this.api = api
    this.token = token
  }

  /** Tells the server his name; a part of the record may be given, too. */
  async register(parts: Record<string, unknown> = { name: 'Ana' }): Promise<Answer> {
    const body = { visitor: { token: this.token, ...parts } }
    const answer = await this.api.request('POST', 'livechat/visitor', { body })
    if (answer.status === 200) this.id = answer.body.visitor._id
    return answer
  }

  /** His open room, made when there is none. */
  async openRoom(): Promise<Answer> {
    const answer = await this.api.request('GET', 'livechat/room', { query: { token: this.token } })
    if (answer.status === 200) this.rid = answer.body.room._id
    return answer
  }

  send(msg: string, _id?: string): Promise<Answer> {
    const body = { ...this.own, msg, ...(_id === undefined ? {} : { _id }) }
    return this.api.request('POST', 'livechat/message', { body })
  }

  /** Sends, expects success, and returns the message. */
  async say(msg: string, _id?: string): Promise<WireMessage> {
    const answer = await this.send(msg, _id)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.message
  }

  read(_id: string): Promise<Answer> {
    return this.api.request('GET', `livechat/message/${_id}`, { query: this.own })
  }

  edit(_id: string, msg: string): Promise<Answer> {
    return this.api.request('PUT', `livechat/message/${_id}`, { body: { ...this.own, msg } })
  }

  remove(_id: string): Promise<Answer> {
    return this.api.request('DELETE', `livechat/message/${_id}`, { body: this.own })
  }

  close(): Promise<Answer> {
    return this.api.request('POST', 'livechat/room.close', { body: this.own })
  }

  markRead(seq: number): Promise<Answer> {
    return this.api.request('POST', 'foyer/room.read', { body: { ...this.own, seq } })
  }

  erase(): Promise<Answer> {
    return this.api.request('DELETE', `livechat/visitor/${this.token}`)
  }

  history(query: Record<string, string> = {}): Promise<Answer> {
    return this.api.request('GET', `livechat/messages.history/${this.rid}`, {
      query: { token: this.token, ...query },
    })
  }

  /** Messages of the room, newest first, system messages included. */
  async messages(query: Record<string, string> = { limit: '100' }): Promise<WireMessage[]> {
    const answer = await this.history(query)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.messages
  }

  /** What he and the agent said, oldest first. */
  async texts(): Promise<string[]> {
    const said = (await this.messages()).filter(({ t }) => t === undefined)
    return said.map(({ msg }) => msg).reverse()
  }

  async changes(afterSeq: number, limit?: number): Promise<ChangesPage> {
    const answer = await this.history({
      afterSeq: String(afterSeq),
      ...(limit === undefined ? {} : { limit: String(limit) }),
    })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }

  /** The room as `GET livechat/room` shows it. */
  // The body is whatever the wire holds; each test asserts the fields it reads.
  // oxlint-disable-next-line typescript/no-explicit-any
  async room(): Promise<any> {
    const answer = await this.openRoom()
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.room
  }

  get own(): { token: string; rid: string } {
    return { token: this.token, rid: this.rid }
  }
}

/** A registered visitor with an open room. */
export async function newVisitor(api: Api, token?: string): Promise<TestVisitor> {
  const visitor = new TestVisitor(api, token)
  const registered = await visitor.register()
  assert.equal(registered.status, 200, JSON.stringify(registered.body))
  const opened = await visitor.openRoom()
  assert.equal(opened.status, 200, JSON.stringify(opened.body))
  return visitor
}

/** The environment in which conversations open without an agent. */
export const ALONE = { OVERWRITE_SETTING_Livechat_accept_chats_with_no_agents: 'true' } as const

/** What a client knows of a room that it follows by `afterSeq`. */
export class FollowedRoom {
  readonly messages = new Map<string, WireMessage>()
  cursor = 0

  /** Reads page by page until there is no more; starts anew when the server says so. */
  async catchUp(visitor: TestVisitor, pageSize: number): Promise<void> {
    for (;;) {
      const page = await visitor.changes(this.cursor, pageSize)
      if (page.limited === true) await this.#beginAnew(visitor, page.messages[0])
      for (const message of page.messages) this.messages.set(message._id, message)
      for (const { _id } of page.deleted) this.messages.delete(_id)
      assert.ok(page.messages.length + page.deleted.length <= pageSize, 'no page is too long')
      assert.ok(!page.more || page.seq > this.cursor || page.limited, 'every page moves the cursor')
      this.cursor = page.seq
      if (!page.more) return
    }
  }

  /** Forgets everything; what is older than the newest page comes from the history. */
  async #beginAnew(visitor: TestVisitor, oldest: WireMessage | undefined): Promise<void> {
    this.messages.clear()
    let end = oldest?.ts
    while (end !== undefined) {
      const older = await visitor.messages({ limit: '100', end })
      for (const message of older) this.messages.set(message._id, message)
      end = older.at(-1)?.ts
    }
  }

  /** In the order of the room. */
  get inOrder(): WireMessage[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq)
  }
}
