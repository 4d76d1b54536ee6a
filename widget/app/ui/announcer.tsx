import { useEffect, useRef, useState } from 'preact/hooks'
import { useNow } from './use-session.ts'
import { authorOf, plainOf } from './words.ts'

const KEPT_MS = 8000

/** Says, to those who do not see, what came in and what went wrong; once, and politely. */
export function Announcer() {
  const now = useNow()
  const { chat, t } = now
  const known = useRef<Map<string, string> | undefined>(undefined)
  const [said, setSaid] = useState<readonly { id: string; text: string }[]>([])
  const room = chat.room?.id
  const lastRoom = useRef(room)

  const say = (id: string, text: string): void => {
    setSaid((all) => [...all, { id, text }])
    setTimeout(() => setSaid((all) => all.filter((one) => one.id !== id)), KEPT_MS)
  }
  useEffect(() => {
    const before = lastRoom.current === room ? known.current : undefined
    const present = new Map<string, string>()
    const isLoaded = chat.items.some(({ kind }) => kind === 'message')
    for (const item of chat.items) {
      const isReply = item.kind === 'message' && !item.own && item.message.t === undefined
      const isFailed = item.delivery === 'failed'
      present.set(item.id, isFailed ? 'failed' : 'there')
      if (before === undefined) continue
      if (isReply && !before.has(item.id)) {
        const text = plainOf(item) || (item.message.file?.name ?? '')
        say(item.id, t('message.said', { name: authorOf(item, now), text }))
      }
      if (isFailed && before.get(item.id) !== 'failed') {
        say(`${item.id}-failed`, `${t('delivery.failed')}: ${item.text}`)
      }
    }
    // What a reload brings back is no news.
    known.current = isLoaded || before !== undefined ? present : known.current
    lastRoom.current = room
  }, [chat.items])
  return (
    <div class="unseen" role="status" aria-live="polite">
      {said.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}
