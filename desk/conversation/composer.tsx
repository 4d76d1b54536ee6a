import { ActionIcon, Button, Textarea, Tooltip } from '@mantine/core'
import { Paperclip, Pencil, SendHorizontal, X } from 'lucide-react'
import { useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import type { ChatItem } from '../../client/index.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useDesk } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { useDraft } from './drafts.ts'

const hasTouch = matchMedia('(pointer: coarse)').matches

/** Where one writes. What was begun is kept as a draft of this conversation. */
export function Composer({
  rid,
  userId,
  visitorName,
  edited,
  onEdit,
  items,
}: {
  rid: string
  userId: string
  visitorName: string
  /** The message that is being changed instead of a new one. */
  edited: ChatItem | undefined
  onEdit: (item: ChatItem | undefined) => void
  items: readonly ChatItem[]
}) {
  const { t } = useTexts()
  const desk = useDesk()
  const { fail } = useToasts()
  const [draft, setDraft] = useDraft(userId, rid)
  const [change, setChange] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const text = edited === undefined ? draft : change

  useEffect(() => {
    if (edited !== undefined) setChange(edited.text)
    // A phone's keyboard would cover the conversation that was just opened.
    if (edited !== undefined || !hasTouch) field.current?.focus()
  }, [edited, rid])
  useShortcuts({ r: () => field.current?.focus() })

  const write = (next: string): void => {
    if (edited === undefined) {
      setDraft(next)
      desk.setTyping(rid, next !== '')
    } else setChange(next)
  }

  const send = (): void => {
    const said = text.trim()
    if (said === '') return
    if (edited === undefined) {
      desk.send(rid, said)
      setDraft('')
    } else {
      if (said !== edited.text) void desk.edit(rid, edited.id, said).catch(fail)
      onEdit(undefined)
    }
  }

  const sendFiles = (files: Iterable<File>): void => {
    for (const file of files) desk.upload(rid, file).done.catch(() => undefined)
  }

  const press = (event: KeyboardEvent): void => {
    // While an input method composes a word, its Enter belongs to the word.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey && !hasTouch) {
      event.preventDefault()
      send()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (edited === undefined) field.current?.blur()
      else onEdit(undefined)
    } else if (event.key === 'ArrowUp' && text === '') {
      const last = items.findLast(
        (item) => item.kind === 'message' && item.own && item.message.file === undefined,
      )
      if (last !== undefined) {
        event.preventDefault()
        onEdit(last)
      }
    }
  }

  const paste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    sendFiles(event.clipboardData.files)
  }

  return (
    <div className="composer" data-editing={edited !== undefined || undefined}>
      {edited === undefined ? null : (
        <div className="composer-note">
          <Pencil size={14} aria-hidden="true" />
          {t('composer.editing')}
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<X size={13} />}
            onClick={() => onEdit(undefined)}
          >
            {t('action.cancel')}
          </Button>
        </div>
      )}
      <div className="composer-box">
        <Textarea
          ref={field}
          className="composer-field"
          variant="unstyled"
          autosize
          minRows={1}
          maxRows={9}
          aria-label={t('composer.label', { name: visitorName })}
          placeholder={t('composer.placeholder')}
          enterKeyHint={hasTouch ? 'enter' : 'send'}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={() => desk.setTyping(rid, false)}
        />
        <div className="composer-tools">
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={t('composer.files')}
            onChange={(event) => {
              sendFiles([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
          <Tooltip label={t('composer.attach')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('composer.attach')}
              disabled={edited !== undefined}
              onClick={() => picker.current?.click()}
            >
              <Paperclip size={18} />
            </ActionIcon>
          </Tooltip>
          <span className="composer-hint soft" aria-hidden="true">
            {hasTouch ? '' : t('composer.hint')}
          </span>
          <Button
            size="compact-md"
            disabled={text.trim() === ''}
            rightSection={<SendHorizontal size={15} className="mirrored" />}
            onClick={send}
          >
            {edited === undefined ? t('composer.send') : t('action.save')}
          </Button>
        </div>
      </div>
    </div>
  )
}
