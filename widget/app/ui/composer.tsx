import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ChatItem } from '../../../client/visitor-types.ts'
import { EmojiButton } from './emoji-picker.tsx'
import { Icon } from './icons.tsx'
import { useNow } from './use-session.ts'

const WARN_BELOW = 50
const LONGEST = 5000

/** What the composer is for at this moment. */
export type ComposerMode =
  | { kind: 'new' }
  | { kind: 'edit'; item: ChatItem; text: string }
  | { kind: 'reply'; item: ChatItem; name: string; text: string }

/** Where the visitor writes. Enter sends; what is written survives a reload. */
export function Composer(props: {
  mode: ComposerMode
  onCancel: () => void
  /** Edits the last own message. */
  onEditLast: () => void
  onEdit: (item: ChatItem, text: string) => void
  onFiles: (files: readonly File[]) => void
}) {
  const { mode, onCancel } = props
  const { session, chat, ui, t } = useNow()
  const [text, setText] = useState(() => session.draft.get())
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const settings = chat.config?.settings
  const limit = settings?.limitTextLength || LONGEST
  const left = limit - text.length
  const hasFiles = settings?.fileUpload === true

  const write = (value: string): void => {
    setText(value)
    if (mode.kind !== 'edit') session.draft.set(value)
    session.chat().setTyping(value !== '')
  }
  // Before anything else is heard: a key pressed at once belongs to the text that is shown next.
  useLayoutEffect(() => {
    if (mode.kind === 'edit') setText(mode.text)
    else setText(session.draft.get())
    if (mode.kind !== 'new') field.current?.focus()
  }, [mode])
  useLayoutEffect(() => {
    const { current } = field
    if (current === null) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [text])

  const send = (): void => {
    const said = text.trim()
    if (said === '' || left < 0) return
    if (mode.kind === 'edit') props.onEdit(mode.item, said)
    else {
      // What the page knows of him is told with his first word.
      if (chat.visitor === undefined && Object.keys(ui.guest).length > 0) {
        session
          .chat()
          .register(ui.guest)
          .catch(() => {})
      }
      session.chat().send(said, mode.kind === 'reply' ? { quote: mode.item.id } : {})
      session.draft.set('')
      setText('')
    }
    onCancel()
    field.current?.focus()
  }
  const onKey = (event: KeyboardEvent): void => {
    // Enter that ends a word of Chinese or Japanese is not ours.
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      send()
    } else if (event.key === 'Escape' && mode.kind !== 'new') {
      event.preventDefault()
      onCancel()
    } else if (event.key === 'ArrowUp' && text === '' && mode.kind === 'new') {
      event.preventDefault()
      props.onEditLast()
    }
  }
  const insert = (emoji: string): void => {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {}
    write(text.slice(0, selectionStart) + emoji + text.slice(selectionEnd))
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(selectionStart + emoji.length, selectionStart + emoji.length)
    })
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {mode.kind === 'new' ? null : (
        <div class="mode">
          <Icon name={mode.kind === 'edit' ? 'edit' : 'reply'} />
          <p>
            <strong>
              {mode.kind === 'edit'
                ? t('compose.editing')
                : t('compose.replying', { name: mode.name })}
            </strong>
            <span dir="auto">{mode.text}</span>
          </p>
          <button class="tool" type="button" aria-label={t('cancel')} onClick={onCancel}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <div class="line">
        {hasFiles ? (
          <>
            <button
              class="tool"
              type="button"
              aria-label={t('compose.attach')}
              title={t('compose.attach')}
              onClick={() => picker.current?.click()}
            >
              <Icon name="clip" />
            </button>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              aria-hidden="true"
              tabIndex={-1}
              onChange={({ currentTarget }) => {
                props.onFiles([...(currentTarget.files ?? [])])
                currentTarget.value = ''
              }}
            />
          </>
        ) : null}
        <textarea
          ref={field}
          rows={1}
          // An empty field is written the way of the language.
          dir={text === '' ? undefined : 'auto'}
          enterkeyhint="send"
          aria-label={t('compose.label')}
          placeholder={t('compose.placeholder')}
          aria-invalid={left < 0}
          aria-describedby={left < WARN_BELOW ? 'left' : undefined}
          value={text}
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onKeyDown={onKey}
          onBlur={() => session.chat().setTyping(false)}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])]
            if (!hasFiles || files.length === 0) return
            event.preventDefault()
            props.onFiles(files)
          }}
        />
        <EmojiButton onPick={insert} />
        <button
          class="send"
          type="submit"
          aria-label={mode.kind === 'edit' ? t('compose.save') : t('compose.send')}
          aria-disabled={text.trim() === '' || left < 0}
        >
          <Icon name={mode.kind === 'edit' ? 'check' : 'send'} flips />
        </button>
      </div>
      <p id="left" class={left < 0 ? 'left mistake' : 'left'} role="status">
        {left >= WARN_BELOW
          ? ''
          : left < 0
            ? t('compose.over', { count: -left })
            : t('compose.left', { count: left })}
      </p>
    </form>
  )
}
