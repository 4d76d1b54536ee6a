import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'
import type { Conversation } from '../../client/index.ts'
import { keep, readKept } from '../lib/storage.ts'
import { useDeskState, useRest } from '../session/desk.tsx'

/** What wants the agent, whatever page of the desk he looks at. */
export interface Attention {
  /** Conversations that ring: given to him and not opened yet, or waiting to be chosen. */
  ringing: number
  /** Those and the ones with unread messages. */
  wanting: number
  /** Unread messages in all his conversations. */
  unread: number
}

/** Given to the agent, who has not looked at it yet. */
export const isNew = ({ subscription }: Conversation): boolean => subscription.userMentions > 0

/** What wants the agent now. */
export function useAttention(): Attention {
  const [location] = useLocation()
  const queue = useDeskState((state) => state.queue)
  const conversations = useDeskState((state) => state.conversations)
  const waiting = useManualRouting() ? queue.length : 0
  const others = conversations.filter(({ rid }) => !location.endsWith(`/${rid}`))
  const unreadHere = conversations.filter(({ unread }) => unread > 0 && !document.hasFocus())
  const loud = new Set([
    ...others.filter((one) => isNew(one) || one.unread > 0),
    // The open one, too, while the window is behind another.
    ...unreadHere,
  ])
  return {
    ringing: others.filter(isNew).length + waiting,
    wanting: loud.size + waiting,
    unread: conversations.reduce((sum, one) => sum + one.unread, 0),
  }
}

/** Whether agents choose from the queue themselves. */
export function useManualRouting(): boolean {
  const rest = useRest()
  const { data } = useQuery({
    queryKey: ['routing'],
    queryFn: async () => {
      const query = { _id: 'Livechat_Routing_Method' }
      return (await rest('GET settings.public', { query })).settings[0]?.value
    },
    refetchInterval: 60_000,
  })
  return data === 'Manual_Selection'
}

const MUTED = 'foyer.desk.muted'
const listeners = new Set<() => void>()
let isMuted = readKept(MUTED) !== undefined

/** Whether this browser is to be quiet, and the function that changes it. */
export function useMuted(): [boolean, () => void] {
  return [useSyncExternalStore(listen, () => isMuted), toggleMuted]
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function toggleMuted(): void {
  isMuted = !isMuted
  keep(MUTED, isMuted ? 'yes' : undefined)
  for (const listener of listeners) listener()
}
