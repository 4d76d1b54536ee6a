import { useCallback, useState } from 'react'
import { keep, readKept } from '../lib/storage.ts'

const keyOf = (userId: string, rid: string): string => `foyer.desk.draft.${userId}.${rid}`

/**
 * The text that somebody has begun to write in a conversation. It survives another conversation, a
 * reload and the end of the session, and goes when it is sent.
 */
export function useDraft(userId: string, rid: string): [string, (text: string) => void] {
  const key = keyOf(userId, rid)
  const [draft, setDraft] = useState(() => ({ key, text: readKept(key) ?? '' }))
  const text = draft.key === key ? draft.text : (readKept(key) ?? '')
  const change = useCallback(
    (next: string) => {
      setDraft({ key, text: next })
      keep(key, next === '' ? undefined : next)
    },
    [key],
  )
  return [text, change]
}

/** Whether there is a text that was begun and not sent. */
export const hasDraft = (userId: string, rid: string): boolean =>
  readKept(keyOf(userId, rid)) !== undefined
