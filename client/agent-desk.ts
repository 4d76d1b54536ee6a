import { createAgentRooms } from './agent-rooms.ts'
import { createAgentLists } from './agent-lists.ts'
import { given } from './given.ts'
import { createOutbox, type OutboxEntry } from './outbox.ts'
import { createRest, RestError, withoutSlash, type Rest } from './rest.ts'
import type { Message } from './room-state.ts'
import { createSocket, type Socket } from './socket.ts'
import { createSafeStorage } from './storage.ts'
import { createStore } from './store.ts'
import { openTabChannel } from './tabs.ts'
import { backoffMs, machineTimers } from './timers.ts'
import { uploadFile } from './upload.ts'
import { createUploads } from './uploads.ts'
import type { AgentDesk, AgentDeskOptions, AgentDeskState, Me } from './desk-types.ts'
import type { Connection } from './visitor-types.ts'

export type * from './desk-types.ts'

/** After so many connections that did not open, and none that did, the server is polled. */
const FAILURES_BEFORE_POLLING = 3
const POLL_EVERY_MS = 5000

/** An agent's side; nothing happens before `start`, and it may be started again after `stop`. */
export function createAgentDesk(options: AgentDeskOptions): AgentDesk {
  const serverUrl = withoutSlash(options.serverUrl)
  const { timers = machineTimers, siteUrl = serverUrl, session } = options
  const scope = `foyer-desk:${serverUrl}:`
  const storage = createSafeStorage(options.storage, scope)
  const tabs = options.tabs ?? openTabChannel(scope)
  const login = { 'x-user-id': session.userId, 'x-auth-token': session.token }
  const rest = noticing(createRest({ serverUrl, headers: login, timers }))
  const signedOutListeners = new Set<() => void>()
  const store = createStore(makeState)
  const uploads = createUploads(timers, store.changed)
  const lists = createAgentLists({ rest, userId: session.userId, onChange: store.changed })
  const outbox = createOutbox({
    storage,
    owner: session.userId,
    timers,
    tabs,
    deliver,
    // A login that ended says nothing about the text: it waits for the next one.
    isFinal: (error) => !error.isPassing && error.status !== 401,
    laneOf: ({ rid = '' }) => rid,
    onChange: store.changed,
  })
  const rooms = createAgentRooms({
    rest,
    timers,
    outbox,
    uploads,
    me: () => me,
    onChange: store.changed,
  })
  let me: Me | undefined
  let socket: Socket | undefined
  let socketFailures = 0
  let connection: Connection = 'connecting'
  let isSignedOut = false
  let isStarted = false
  let isIdle = false
  let stopWaiting = (): void => {}
  let stopPolling: (() => void) | undefined

  function makeState(): AgentDeskState {
    return {
      phase: me === undefined ? 'loading' : 'ready',
      connection,
      queue: lists.queue(),
      conversations: lists.conversations(),
      rooms: rooms.opened(),
      statuses: lists.statuses(),
      availability: lists.availability(),
      ...given({ me }),
    }
  }

  /** The same requests; the first that is refused for its login ends the session. */
  function noticing(plain: Rest): Rest {
    const call = async (...parts: Parameters<Rest>) => {
      try {
        return await plain(...parts)
      } catch (error) {
        if (error instanceof RestError && error.status === 401) signedOut()
        throw error
      }
    }
    return call as Rest
  }

  function signedOut(): void {
    if (isSignedOut) return
    isSignedOut = true
    stop()
    for (const listener of signedOutListeners) listener()
  }

  async function readMe(): Promise<void> {
    me = await rest('GET me')
    lists.setAvailability(me.statusLivechat === 'available' ? 'available' : 'not-available')
    store.changed()
  }

  function start(): Promise<void> {
    isStarted = true
    outbox.start()
    connect()
    let failures = 0
    return new Promise((resolve) => {
      const attempt = (): void => {
        const work = Promise.all([readMe(), lists.load()])
        work.then(
          () => resolve(),
          () => {
            if (isStarted) stopWaiting = timers.after(backoffMs(failures++, timers.random), attempt)
          },
        )
      }
      attempt()
    })
  }

  function connect(): void {
    const made = createSocket({
      serverUrl,
      identify: { method: 'login', params: [{ resume: session.token }] },
      timers,
      ...given({ WebSocket: options.WebSocket }),
    })
    socket = made
    made.onStatus((status) => {
      if (socket !== made) return
      if (status === 'online') online()
      else if (status === 'refused') signedOut()
      else if (status === 'waiting') {
        socketFailures += 1
        connection = 'offline'
        if (socketFailures >= FAILURES_BEFORE_POLLING) stopPolling ??= poll()
      }
      store.changed()
    })
    lists.follow(made)
    rooms.follow(made)
  }

  function online(): void {
    socketFailures = 0
    connection = 'online'
    stopPolling?.()
    stopPolling = undefined
    outbox.kick()
    // A new connection counts as somebody who is there.
    if (isIdle) tellIdle()
  }

  function tellIdle(): void {
    const method = isIdle ? 'UserPresence:away' : 'UserPresence:online'
    if (socket?.status === 'online') socket.call(method).catch(() => {})
  }

  /** No socket opens: asks for everything every few seconds. */
  function poll(): () => void {
    let isOver = false
    let stop = (): void => {}
    const ask = async (): Promise<void> => {
      try {
        await Promise.all([lists.load(), rooms.refresh()])
        if (!isOver) connection = 'polling'
        outbox.kick()
      } catch {
        if (!isOver) connection = 'offline'
      }
      if (isOver) return
      store.changed()
      stop = timers.after(POLL_EVERY_MS, () => void ask())
    }
    void ask()
    return () => {
      isOver = true
      stop()
    }
  }

  function stop(): void {
    isStarted = false
    stopWaiting()
    stopPolling?.()
    stopPolling = undefined
    outbox.stop()
    rooms.leave()
    lists.leave()
    const present = socket
    socket = undefined
    present?.close()
    connection = 'offline'
    store.changed()
  }

  /** Hands one text to the server (see outbox). */
  async function deliver({ id, rid = '', text, quote }: OutboxEntry): Promise<void> {
    const link = quote === undefined ? '' : `[ ](${siteUrl}/live/${rid}?msg=${quote}) `
    const body = { message: { _id: id, rid, msg: link + text } }
    stored((await rest('POST chat.sendMessage', { body })).message)
  }

  const stored = (message: Message): void => rooms.apply(message.rid, { kind: 'answered', message })

  const upload: AgentDesk['upload'] = (rid, file, description) =>
    uploads.add(
      file,
      async (sent, onProgress, signal) => {
        const url = `${serverUrl}/api/v1/rooms.media/${rid}`
        const answer = await uploadFile({ url, file: sent, headers: login, onProgress, signal })
        // The contract of the upload answers so.
        const { file: kept } = answer as { file: { _id: string } }
        const { message } = await rest('POST rooms.mediaConfirm/:rid/:fileId', {
          params: { rid, fileId: kept._id },
          body: given({ description }),
        })
        stored(message)
        return message
      },
      rid,
    )

  function setTyping(rid: string, on: boolean): void {
    rooms.setTyping(rid, on, (activities) => {
      const username = me?.username
      if (username === undefined || socket?.status !== 'online') return
      const event = `${rid}/user-activity`
      // Best effort: the others are told again with the next key.
      socket.call('stream-notify-room', event, username, activities).catch(() => {})
    })
  }

  return {
    rest,
    state: store.state,
    subscribe: store.subscribe,
    start,
    stop,
    onSignedOut: (listener) => {
      signedOutListeners.add(listener)
      return () => signedOutListeners.delete(listener)
    },
    openRoom: rooms.open,
    closeRoomView: rooms.close,
    loadOlder: rooms.loadOlder,
    send: (rid, text, { quote } = {}) => {
      setTyping(rid, false)
      return outbox.add(text, { rid, quote })
    },
    retry: (id) => {
      const rid = outbox.entries().find((entry) => entry.id === id)?.rid
      if (!uploads.retry(id)) outbox.retry(id, rid)
    },
    discard: (id) => {
      if (!uploads.discard(id)) outbox.settle(id)
    },
    edit: async (rid, id, text) => {
      await rooms.editing(rid, id, text, async () => {
        const body = { roomId: rid, msgId: id, text }
        stored((await rest('POST chat.update', { body })).message)
      })
    },
    remove: async (rid, id) => {
      await rest('POST chat.delete', { body: { roomId: rid, msgId: id } })
      rooms.apply(rid, { kind: 'deleted', id })
    },
    upload,
    setTyping,
    markRead: (rid) => lists.markRead(rid),
    take: async (inquiryId) =>
      (await rest('POST livechat/inquiries.take', { body: { inquiryId } })).inquiry.rid,
    returnToQueue: async (roomId, departmentId) => {
      const body = { roomId, ...given({ departmentId }) }
      await rest('POST livechat/inquiries.returnAsInquiry', { body })
    },
    closeConversation: async (rid, comment, { tags, sendTranscript } = {}) => {
      const transcriptEmail =
        sendTranscript === undefined ? undefined : { sendToVisitor: sendTranscript }
      const body = { rid, ...given({ comment, tags, transcriptEmail }) }
      await rest('POST livechat/room.closeByUser', { body })
    },
    setIdle: (next) => {
      if (next === isIdle) return
      isIdle = next
      tellIdle()
    },
    setAvailability: async (status) => {
      await rest('POST livechat/agent.status', { body: { status } })
      lists.setAvailability(status)
    },
    setStatus: async (status) => {
      await rest('POST users.setStatus', { body: { status, message: me?.statusText ?? '' } })
      await readMe()
    },
  }
}
