import { useEffect, useRef, useState } from 'preact/hooks'
import { RestError } from '../../../client/rest.ts'
import { Field, isEmail } from './field.tsx'
import { FormError, FormScreen } from './form-screen.tsx'
import { Icon } from './icons.tsx'
import { useNow } from './use-session.ts'

const MAX_LENGTH = 20_000

/** Takes a message while nobody is there. What is written stays until the server has it. */
export function OfflineForm({ pageUrl }: { pageUrl: () => string | undefined }) {
  const { session, chat, ui, t } = useNow()
  const { draft } = session
  const known = chat.visitor
  const [written, setWritten] = useState<{ name?: string; email?: string }>({})
  const name = written.name ?? known?.name ?? ui.guest.name ?? ''
  const email = written.email ?? known?.visitorEmails?.[0]?.address ?? ui.guest.email ?? ''
  const [message, setMessage] = useState(ui.offlineText || draft.get())
  const [isChecked, setChecked] = useState(false)
  const [thanks, setThanks] = useState<string>()
  const done = useRef<HTMLParagraphElement>(null)
  useEffect(() => done.current?.focus(), [thanks])
  const { offlineMessage = '', offlineSuccessMessage = '' } = chat.config?.messages ?? {}

  if (thanks !== undefined) {
    return (
      <div class="screen thanks">
        <Icon name="mail" />
        <p ref={done} tabIndex={-1}>
          {thanks}
        </p>
        {chat.config?.online ? (
          <button
            class="secondary"
            type="button"
            onClick={() => session.set({ offlineText: undefined })}
          >
            {t('room.again')}
          </button>
        ) : (
          <button class="secondary" type="button" onClick={() => setThanks(undefined)}>
            {t('offline.again')}
          </button>
        )}
      </div>
    )
  }
  const mistakes = {
    name: name.trim() === '' ? t('form.required') : undefined,
    email: isEmail(email) ? undefined : t('form.invalidEmail'),
    message: message.trim() === '' ? t('form.required') : undefined,
  }
  const shown = isChecked ? mistakes : undefined
  const send = async (): Promise<void> => {
    const host = pageUrl()
    const given = { name: name.trim(), email: email.trim(), message: message.trim() }
    let words: string
    try {
      words = await session.chat().sendOfflineMessage({
        ...given,
        ...(host === undefined ? {} : { host }),
      })
    } catch (error) {
      if (error instanceof RestError && !error.isPassing) {
        throw new FormError(error.text.replace(/\s*\[[\w-]+\]$/, ''), { cause: error })
      }
      throw error
    }
    // What waited for a conversation has been said now.
    for (const item of chat.items) {
      if (item.kind === 'echo' && item.delivery === 'failed') session.chat().discard(item.id)
    }
    draft.set('')
    setMessage('')
    setChecked(false)
    setThanks(offlineSuccessMessage || words || t('offline.sent'))
    session.bridge.callback('onOfflineFormSubmit', given)
  }
  return (
    <FormScreen
      intro={offlineMessage || t('offline.intro')}
      submit={t('offline.send')}
      check={() => {
        setChecked(true)
        return Object.values(mistakes).every((mistake) => mistake === undefined)
      }}
      send={send}
    >
      <Field
        name="name"
        label={t('form.name')}
        value={name}
        onInput={(text) => setWritten({ ...written, name: text })}
        error={shown?.name}
        autocomplete="name"
        required
      />
      <Field
        name="email"
        label={t('form.email')}
        kind="email"
        value={email}
        onInput={(text) => setWritten({ ...written, email: text })}
        error={shown?.email}
        autocomplete="email"
        required
      />
      <Field
        name="message"
        label={t('offline.message')}
        kind="area"
        value={message}
        onInput={(text) => {
          setMessage(text)
          draft.set(text)
        }}
        error={shown?.message}
        maxLength={MAX_LENGTH}
        required
      />
    </FormScreen>
  )
}
