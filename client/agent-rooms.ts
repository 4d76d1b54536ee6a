import { openAgentRoom, type AgentRoom } from './agent-room.ts'
import { createItemList } from './chat-items.ts'
import type { Outbox } from './outbox.ts'
import type { Rest } from './rest.ts'
import type { Message, RoomEvent } from './room-state.ts'
import type { Socket } from './socket-types.ts'
import type { Timers } from './timers.ts'
import { createTypingSignal } from './typing.ts'
import type { Uploads } from './uploads.ts'
import type { Me, OpenedRoom } from './desk-types.ts'

/** What the opened rooms need from their surroundings. */
export interface AgentRoomsOptions {
  rest: Rest
  timers: Timers
  outbox: Outbox
  uploads: Uploads
  me: () => Me | undefined
  onChange: () => void
}

/** The rooms an agent looks at. */
export interface AgentRooms {
  opened: () => Readonly<Record<string, OpenedRoom>>
  open: (rid: string) => void
  close: (rid: string) => void
  apply: (rid: string, event: RoomEvent) => void
  loadOlder: (rid: string) => Promise<void>
  /** Shows an own edit while it is on its way. */
  editing: (rid: string, id: string, text: string, work: () => Promise<void>) => Promise<void>
  setTyping: (rid: string, on: boolean, tell: (activities: string[]) => void) => void
  follow: (socket: Socket) => void
  /** Where no socket opens. */
  refresh: () => Promise<void>
  leave: () => void
}

interface View {
  room: AgentRoom | undefined
  listItems: ReturnType<typeof createItemList>
  edits: Map<string, string>
  /** As it was handed out last: the same again while nothing changed. */
  shown?: OpenedRoom
}

/** No rooms yet; those opened before a socket is there are loaded once it is. */
export function createAgentRooms(options: AgentRoomsOptions): AgentRooms {
  const { rest, timers, outbox, uploads, me, onChange } = options
  const views = new Map<string, View>()
  const typing = new Map<string, (on: boolean) => void>()
  let socket: Socket | undefined

  const isOwn = ({ u }: Message): boolean => u._id === me()?._id

  function enter(rid: string, view: View): void {
    if (socket === undefined) return
    view.room?.stop()
    view.room = openAgentRoom({
      rest,
      socket,
      timers,
      rid,
      username: () => me()?.username,
      onChange: () => roomChanged(view),
    })
  }

  function roomChanged({ room }: View): void {
    const messages = room?.state().messages ?? []
    for (const { id } of outbox.entries()) {
      // It was stored, though the answer that said so may have been lost.
      if (messages.some(({ _id }) => _id === id)) outbox.settle(id)
    }
    onChange()
  }

  function openedOf(rid: string, view: View): OpenedRoom[] {
    const { room, listItems, edits } = view
    if (room === undefined) return []
    const state = room.state()
    const items = listItems({
      room: state,
      entries: outbox.entries().filter((entry) => entry.rid === rid),
      uploads: uploads.items(rid),
      edits,
      isOwn,
      readByOthers: state.read.visitor,
    })
    const phase = room.phase()
    const { shown } = view
    if (shown?.state === state && shown.phase === phase && shown.items === items) return [shown]
    view.shown = { state, phase, items }
    return [view.shown]
  }

  return {
    opened: () =>
      Object.fromEntries(
        [...views].flatMap(([rid, view]) => openedOf(rid, view).map((opened) => [rid, opened])),
      ),
    open: (rid) => {
      if (views.has(rid)) return
      const view: View = { room: undefined, listItems: createItemList(), edits: new Map() }
      views.set(rid, view)
      enter(rid, view)
      onChange()
    },
    close: (rid) => {
      typing.get(rid)?.(false)
      typing.delete(rid)
      views.get(rid)?.room?.stop()
      if (views.delete(rid)) onChange()
    },
    apply: (rid, event) => views.get(rid)?.room?.apply(event),
    loadOlder: async (rid) => views.get(rid)?.room?.loadOlder(),
    editing: async (rid, id, text, work) => {
      const edits = views.get(rid)?.edits
      edits?.set(id, text)
      onChange()
      try {
        await work()
      } finally {
        if (edits?.get(id) === text) edits.delete(id)
        onChange()
      }
    },
    setTyping: (rid, on, tell) => {
      let signal = typing.get(rid)
      if (signal === undefined) {
        if (!on) return
        signal = createTypingSignal(timers, (isOn) => tell(isOn ? ['user-typing'] : []))
        typing.set(rid, signal)
      }
      signal(on)
    },
    follow: (next) => {
      socket = next
      for (const [rid, view] of views) enter(rid, view)
    },
    refresh: async () => {
      await Promise.all([...views.values()].map(async ({ room }) => room?.refresh()))
    },
    leave: () => {
      socket = undefined
      for (const { room } of views.values()) room?.stop()
    },
  }
}
