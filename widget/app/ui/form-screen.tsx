import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { focusFirstMistake, Mistake } from './field.tsx'
import { useNow } from './use-session.ts'

/** A form that fills the screen: checks, sends once, and says what went wrong. */
export function FormScreen(props: {
  intro: string
  submit: string
  /** Whether all entries may be sent; those that may not are marked by whoever draws them. */
  check: () => boolean
  send: () => Promise<void>
  children: ComponentChildren
}) {
  const { t } = useNow()
  const form = useRef<HTMLFormElement>(null)
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState('')
  const submit = async (): Promise<void> => {
    if (isSending) return
    if (!props.check()) {
      focusFirstMistake(form.current)
      return
    }
    setSending(true)
    setFailure('')
    try {
      await props.send()
    } catch (error) {
      setFailure(error instanceof FormError ? error.message : t('form.failed'))
    }
    setSending(false)
  }
  return (
    <form
      class="screen form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <p class="intro">{props.intro}</p>
      {props.children}
      <div role="alert">{failure === '' ? null : <Mistake>{failure}</Mistake>}</div>
      <button class="primary" type="submit" aria-disabled={isSending}>
        {props.submit}
      </button>
    </form>
  )
}

/** A refusal whose message the visitor may read. */
export class FormError extends Error {}
