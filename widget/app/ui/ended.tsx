import { useState } from 'preact/hooks'
import { isToForget } from '../session.ts'
import { isEmail, Field } from './field.tsx'
import { Icon } from './icons.tsx'
import { useNow } from './use-session.ts'

const STARS = ['1', '2', '3', '4', '5'] as const

/** What follows a conversation: thanks, a rating, the transcript, another conversation. */
export function Ended() {
  const { session, chat, t } = useNow()
  const { conversationFinishedMessage = '', conversationFinishedText = '' } =
    chat.config?.messages ?? {}
  return (
    <section class="ended" aria-label={t('room.ended')}>
      <p class="end" dir="auto">
        {conversationFinishedMessage || t('room.ended')}
      </p>
      {conversationFinishedText === '' ? null : <p dir="auto">{conversationFinishedText}</p>}
      <Rating />
      {chat.config?.settings?.transcript ? <Transcript /> : null}
      <button
        class="primary"
        type="button"
        onClick={() => {
          if (isToForget(session.chat())) {
            session.chat().beginAnew()
            session.set({ guest: {} })
          } else session.set({ leftRoom: chat.room?.id })
        }}
      >
        {t('room.again')}
      </button>
    </section>
  )
}

function Rating() {
  const { session, t } = useNow()
  const [stars, setStars] = useState('')
  const [comment, setComment] = useState('')
  const [state, setState] = useState<'open' | 'sent' | 'failed'>('open')
  const send = async (): Promise<void> => {
    try {
      const words = comment.trim()
      await session
        .chat()
        .rate([{ name: 'satisfaction', value: stars }], words === '' ? undefined : words)
      setState('sent')
    } catch {
      setState('failed')
    }
  }
  if (state === 'sent') {
    return (
      <p class="done" role="status">
        <Icon name="check" />
        {t('rate.thanks')}
      </p>
    )
  }
  return (
    <form
      class="rating"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <fieldset>
        <legend>{t('rate.title')}</legend>
        <div class="stars">
          {STARS.map((value) => (
            <label class={Number(value) <= Number(stars) ? 'full' : ''}>
              <input
                type="radio"
                name="stars"
                value={value}
                checked={stars === value}
                onChange={() => setStars(value)}
              />
              <Icon name="star" />
              <span class="unseen">{t('rate.stars', { count: Number(value) })}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {stars === '' ? null : (
        <>
          <Field
            name="comment"
            label={t('rate.comment')}
            kind="area"
            rows={2}
            value={comment}
            onInput={setComment}
            maxLength={2000}
          />
          <p role="alert" class="mistake">
            {state === 'failed' ? t('form.failed') : ''}
          </p>
          <button class="secondary" type="submit">
            {t('rate.send')}
          </button>
        </>
      )}
    </form>
  )
}

function Transcript() {
  const { session, chat, t } = useNow()
  const known = chat.visitor?.visitorEmails?.[0]?.address ?? ''
  const [email, setEmail] = useState(known)
  const [state, setState] = useState<'open' | 'sent' | 'failed' | 'mistake'>('open')
  const isKnown = known !== ''
  const send = async (): Promise<void> => {
    if (!isEmail(email)) {
      setState('mistake')
      return
    }
    try {
      // It is sent to the address of the visitor's own record, and to no other.
      if (email.trim() !== known) await session.chat().register({ email: email.trim() })
      await session.chat().requestTranscript(email.trim())
      setState('sent')
    } catch {
      setState('failed')
    }
  }
  if (state === 'sent') {
    return (
      <p class="done" role="status">
        <Icon name="mail" />
        {t('transcript.sent')}
      </p>
    )
  }
  return (
    <form
      class={isKnown ? 'transcript' : 'transcript framed'}
      aria-label={t('transcript.title')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {isKnown ? null : (
        <>
          <p class="title">{t('transcript.title')}</p>
          <Field
            name="transcript-email"
            label={t('form.email')}
            kind="email"
            value={email}
            onInput={setEmail}
            autocomplete="email"
            error={state === 'mistake' ? t('form.invalidEmail') : undefined}
            required
          />
        </>
      )}
      <p role="alert" class="mistake">
        {state === 'failed' ? t('form.failed') : ''}
      </p>
      <button class="secondary" type="submit">
        {t(isKnown ? 'transcript.title' : 'transcript.send')}
      </button>
    </form>
  )
}
