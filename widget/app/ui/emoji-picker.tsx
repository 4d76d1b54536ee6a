import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'
import { useLater } from './use-later.ts'
import { useNow } from './use-session.ts'

/** A button that opens a small choice of emojis. */
export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useNow()
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const later = useLater(isOpen)
  useEffect(() => {
    if (!isOpen) return undefined
    const leave = ({ target }: Event): void => {
      if (!box.current?.contains(target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [isOpen])
  return (
    <div class="emojis" ref={box}>
      <button
        ref={button}
        class="tool"
        type="button"
        aria-label={t('compose.emoji')}
        title={t('compose.emoji')}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="smile" />
      </button>
      {isOpen && later !== undefined ? (
        <later.EmojiChoice
          onPick={(emoji) => {
            setOpen(false)
            onPick(emoji)
          }}
          onClose={() => {
            setOpen(false)
            button.current?.focus()
          }}
        />
      ) : null}
    </div>
  )
}
