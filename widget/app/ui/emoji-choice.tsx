import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useNow } from './use-session.ts'

const EMOJIS =
  '😀 😄 😂 🙂 😉 😊 😍 😘 😎 🤔 😐 😕 😢 😭 😡 😱 🙈 🤷 👍 👎 👌 👏 🙏 👋 💪 🤝 ❤️ 💔 🔥 ⭐ 🎉 🎁 ✅ ❌ ❓ ❗ 💡 📎 📷 📦 🚚 💳 🏠 ☀️ ☕ 🍕 🚀 👀'.split(
    ' ',
  )

/** A small choice of emojis, worked with the arrow keys. */
export function EmojiChoice(props: { onPick: (emoji: string) => void; onClose: () => void }) {
  const { t, direction } = useNow()
  const [place, setPlace] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => box.current?.querySelectorAll('button')[place]?.focus(), [place])
  const onKey = (event: KeyboardEvent): void => {
    // As many stand in a row as fit.
    const row = box.current
      ? getComputedStyle(box.current).gridTemplateColumns.split(' ').length
      : 1
    const forward = direction === 'rtl' ? -1 : 1
    const steps: Record<string, number> = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: row,
      ArrowUp: -row,
    }
    const step = steps[event.key]
    if (event.key === 'Escape') props.onClose()
    else if (step !== undefined) setPlace((from) => (from + step + EMOJIS.length) % EMOJIS.length)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={box} class="choice" role="group" aria-label={t('compose.emoji')} onKeyDown={onKey}>
      {EMOJIS.map((emoji, index) => (
        <button
          type="button"
          tabIndex={index === place ? 0 : -1}
          onClick={() => props.onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  )
}
