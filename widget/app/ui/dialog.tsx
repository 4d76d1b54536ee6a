import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useId, useRef, useState } from 'preact/hooks'
import { useNow } from './use-session.ts'

/** Something laid over the screen, which holds the focus until it is closed. */
export function Overlay(props: {
  label: string
  name?: string
  onClose: () => void
  children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    const { current } = dialog
    current?.showModal()
    return () => {
      // While it is open nothing behind it takes the focus.
      current?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={props.name ?? ''}
      aria-label={props.label}
      onCancel={(event) => {
        event.preventDefault()
        props.onClose()
      }}
      onClick={({ target }) => {
        if (target === dialog.current) props.onClose()
      }}
    >
      {props.children}
    </dialog>
  )
}

/** Asks before something that cannot be undone. */
export function Confirm(props: {
  title: string
  text: string
  yes: string
  isGrave?: boolean
  onYes: () => Promise<void>
  onClose: () => void
}) {
  const { t } = useNow()
  const id = useId()
  const [failure, setFailure] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const act = async (): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      await props.onYes()
      props.onClose()
    } catch {
      setFailure(true)
      setBusy(false)
    }
  }
  return (
    <Overlay label={props.title} onClose={props.onClose}>
      <div role="alertdialog" aria-label={props.title} aria-describedby={id}>
        <h2>{props.title}</h2>
        <p id={id}>{props.text}</p>
        <p role="alert" class="mistake">
          {failure ? t('form.failed') : ''}
        </p>
        <div class="choices">
          <button class="secondary" type="button" onClick={props.onClose}>
            {t('cancel')}
          </button>
          <button
            class={props.isGrave ? 'primary grave' : 'primary'}
            type="button"
            aria-disabled={isBusy}
            onClick={() => void act()}
          >
            {props.yes}
          </button>
        </div>
      </div>
    </Overlay>
  )
}
