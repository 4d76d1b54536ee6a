import { createItemList } from './chat-items.ts'
import { given } from './given.ts'
import { createOutbox, type Outbox, type OutboxEntry } from './outbox.ts'
import { createReadMark } from './read-mark.ts'
import { createRest, RestError, withoutSlash } from './rest.ts'
import type { Message } from './room-state.ts'
import { createSafeStorage } from './storage.ts'
import { createStore } from './store.ts'
import { openTabChannel } from './tabs.ts'
import { machineTimers } from './timers.ts'
import { createTypingSignal } from './typing.ts'
import { uploadFile } from './upload.ts'
import { createUploads } from './uploads.ts'
import { createVisitorSession, keptToken, type VisitorSession } from './visitor-session.ts'
import { visitorState } from './visitor-state.ts'
import type { VisitorChat, VisitorChatOptions } from './visitor-types.ts'

export type * from './visitor-types.ts'

/** Told to other tabs: somebody registered, or a conversation began. */
const MOVED = 'visitor'
/** Told to other tabs: the visitor wants to be forgotten. */
const FORGOTTEN = 'forgotten'

/** A visitor's side of a conversation; nothing happens before `start`. */
export function createVisitorChat(options: VisitorChatOptions): VisitorChat {
  const serverUrl = withoutSlash(options.serverUrl)
  const { timers = machineTimers, siteUrl = serverUrl, department, WebSocket } = options
  const scope = `foyer:${serverUrl}:`
  const storage = createSafeStorage(options.storage, scope)
  const tabs = options.tabs ?? openTabChannel(scope)
  const rest = createRest({ serverUrl, timers })
  const listItems = createItemList()
  const edits = new Map<string, string>()
  const store = createStore(() =>
    visitorState({ session, outbox, uploads, edits, readMark, listItems, isTranscriptAsked }),
  )
  const uploads = createUploads(timers, store.changed)
  const readMark = createReadMark({
    tell: async (seq) => {
      await rest('POST foyer/room.read', { body: { ...owned(), seq } })
      session.room()?.apply({ kind: 'read', read: { visitor: seq, agents: 0 } })
    },
    storage,
  })
  let isTranscriptAsked = false
  let session = openSession(options.token ?? keptToken(storage))
  let outbox = openOutbox()

  function openSession(token: string): VisitorSession {
    return createVisitorSession({
      serverUrl,
      token,
      department,
      rest,
      timers,
      WebSocket,
      onChange: () => {
        settleStored()
        store.changed()
      },
      onReady: () => outbox.start(),
      onReachable: () => {
        outbox.kick()
        readMark.flush()
      },
      onEnter: (rid) => {
        edits.clear()
        isTranscriptAsked = false
        readMark.enter(rid)
      },
      onMoved: () => tabs.tell(MOVED),
    })
  }

  function openOutbox(): Outbox {
    const { token } = session
    return createOutbox({
      storage,
      owner: token,
      timers,
      tabs,
      deliver: (entry) => deliver(entry),
      onChange: store.changed,
    })
  }

  /** What the room shows was stored, though the answer that said so may have been lost. */
  function settleStored(): void {
    const messages = session.room()?.state().messages ?? []
    for (const { id } of outbox.entries()) {
      if (messages.some(({ _id }) => _id === id)) outbox.settle(id)
    }
  }

  const owned = () => ({ token: session.token, rid: session.room()?.state().id ?? '' })

  /** Hands one text to the server (see outbox). */
  async function deliver(entry: OutboxEntry, isAnew = false): Promise<void> {
    const { id, text, quote } = entry
    const { token } = session
    try {
      const rid = entry.rid ?? (await session.ensureRoom())
      // Were the answer lost and the room closed meanwhile, the same room has to be asked again.
      if (entry.rid === undefined) outbox.bind(id, rid)
      const link = quote === undefined ? '' : `[ ](${siteUrl}/live/${rid}?msg=${quote}) `
      const body = { token, rid, msg: link + text, _id: id }
      stored((await rest('POST livechat/message', { body })).message)
    } catch (error) {
      const isUnknown = error instanceof RestError && error.code === 'invalid-token'
      if (!isUnknown || isAnew || token !== session.token) throw error
      // The server does not know us any more: begin anew, once, with what was typed.
      session.forgotten()
      outbox.bind(id, undefined)
      await deliver(withoutRoom(entry), true)
    }
  }

  function stored(message: Message): void {
    const room = session.room()
    if (room?.state().id === message.rid) room.apply({ kind: 'answered', message })
  }

  async function edit(id: string, text: string): Promise<void> {
    edits.set(id, text)
    store.changed()
    try {
      const body = { ...owned(), msg: text }
      stored((await rest('PUT livechat/message/:_id', { params: { _id: id }, body })).message)
    } finally {
      if (edits.get(id) === text) edits.delete(id)
      store.changed()
    }
  }

  async function remove(id: string): Promise<void> {
    await rest('DELETE livechat/message/:_id', { params: { _id: id }, query: {}, body: owned() })
    session.room()?.apply({ kind: 'deleted', id })
  }

  const upload: VisitorChat['upload'] = (file) =>
    uploads.add(file, async (sent, onProgress, signal) => {
      const rid = await session.ensureRoom()
      const url = `${serverUrl}/api/v1/livechat/upload/${rid}`
      const headers = { 'x-visitor-token': session.token }
      const answer = await uploadFile({ url, file: sent, headers, onProgress, signal })
      // The contract of the upload answers the message itself.
      const message = answer as Message
      stored(message)
      return message
    })

  const setTyping = createTypingSignal(timers, (on) => {
    const { token } = session
    const rid = session.openRoomId()
    const username = session.visitor()?.username
    if (rid === undefined || username === undefined) return
    const activities = on ? ['user-typing'] : []
    session.tell('stream-notify-room', `${rid}/user-activity`, username, activities, { token })
  })

  function markRead(): void {
    const last = session.room()?.state().messages.at(-1)?.seq ?? 0
    if (readMark.move(last)) store.changed()
  }

  /** Goes on as whom the storage says: somebody unknown, once the visitor is forgotten. */
  function beginAnew(): void {
    outbox.stop()
    uploads.clear()
    session.stop()
    session = openSession(keptToken(storage))
    outbox = openOutbox()
    store.changed()
    void session.start()
  }

  function beginAnewEverywhere(): void {
    beginAnew()
    tabs.tell(FORGOTTEN)
  }

  function clearKept(): void {
    for (const key of storage.keys('')) storage.remove(key)
  }

  const stopListening = tabs.listen((text) => {
    if (text === MOVED && session.phase() === 'ready') session.readConfig().catch(() => {})
    if (text === FORGOTTEN) beginAnew()
  })

  return {
    state: store.state,
    subscribe: store.subscribe,
    token: () => session.token,
    start: () => session.start(),
    stop: () => {
      stopListening()
      outbox.stop()
      setTyping(false)
      session.stop()
    },
    register: (details) => session.register(details),
    preferAgent: (agentId) => session.preferAgent(agentId),
    send: (text, { quote } = {}) => {
      setTyping(false)
      return outbox.add(text, { rid: session.openRoomId(), quote })
    },
    retry: (id) => {
      if (!uploads.retry(id)) outbox.retry(id, session.openRoomId())
    },
    discard: (id) => {
      if (!uploads.discard(id)) outbox.settle(id)
    },
    edit,
    remove,
    upload,
    loadOlder: async () => session.room()?.loadOlder(),
    setTyping,
    markRead,
    setStatus: async (status) => {
      await rest('POST livechat/visitor.status', { body: { token: session.token, status } })
    },
    close: async () => {
      await rest('POST livechat/room.close', { body: owned() })
    },
    rate: async (scores, comment) => {
      const said = comment === undefined ? [] : [{ name: 'additionalFeedback', value: comment }]
      await rest('POST livechat/room.survey', { body: { ...owned(), data: [...scores, ...said] } })
    },
    requestTranscript: async (email) => {
      await rest('POST livechat/transcript', { body: { ...owned(), email } })
      isTranscriptAsked = true
      store.changed()
    },
    sendOfflineMessage: async (message) =>
      (await rest('POST livechat/offline.message', { body: message })).message,
    forgetMe: async () => {
      if (session.openRoomId() !== undefined)
        await rest('POST livechat/room.close', { body: owned() })
      const { token } = session
      if (session.visitor()) await rest('DELETE livechat/visitor/:token', { params: { token } })
      clearKept()
      beginAnewEverywhere()
    },
    clearKept,
    beginAnew: beginAnewEverywhere,
    pageVisited: async ({ change, title, href }) => {
      const pageInfo = { change, title, location: { href } }
      const body = { token: session.token, pageInfo, ...given({ rid: session.openRoomId() }) }
      await rest('POST livechat/page.visited', { body })
    },
    setCustomField: async (key, value, overwrite = true) => {
      const body = { token: session.token, key, value, overwrite }
      await rest('POST livechat/custom.field', { body })
    },
    refreshConfig: (other) => session.readConfig(other),
  }
}

const withoutRoom = ({ rid: _rid, ...entry }: OutboxEntry): OutboxEntry => entry
