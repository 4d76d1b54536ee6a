import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useNow } from './use-session.ts'

/** One entry of a form. */
export interface FieldProps {
  name: string
  label: string
  value: string
  onInput: (value: string) => void
  error?: string | undefined
  required?: boolean
  kind?: 'text' | 'email' | 'area' | readonly string[]
  autocomplete?: 'name' | 'email' | 'off'
  maxLength?: number
  rows?: number
}

/** A labelled entry with its mistake beside it. */
export function Field(props: FieldProps) {
  const { name, label, value, onInput, error, required = false, kind = 'text' } = props
  const { t } = useNow()
  const id = useId()
  const shared = {
    id,
    name,
    value,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
    // An empty field is written the way of the language.
    ...(value === '' ? {} : { dir: 'auto' as const }),
    'aria-invalid': error !== undefined,
    'aria-required': required,
    ...(error === undefined ? {} : { 'aria-describedby': `${id}-error` }),
  }
  const line = { autocomplete: props.autocomplete ?? 'off', maxLength: props.maxLength ?? 200 }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required ? null : <span class="optional"> ({t('form.optional')})</span>}
      </label>
      {kind === 'area' ? (
        <textarea {...shared} rows={props.rows ?? 5} maxLength={props.maxLength ?? 5000} />
      ) : typeof kind === 'string' ? (
        <>
          {kind === 'email' ? (
            <input {...shared} {...line} type="email" />
          ) : (
            <input {...shared} {...line} type="text" />
          )}
        </>
      ) : (
        <select {...shared}>
          <option value="">{t('form.choose')}</option>
          {kind.map((option) => (
            <option value={option}>{option}</option>
          ))}
        </select>
      )}
      {error === undefined ? null : <Mistake id={`${id}-error`}>{error}</Mistake>}
    </div>
  )
}

/** What is wrong with an entry. */
export function Mistake({ id, children }: { id?: string; children: ComponentChildren }) {
  return (
    <p class="mistake" id={id}>
      {children}
    </p>
  )
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/

/** Whether this may be an e-mail address; the server has the last word. */
export const isEmail = (text: string): boolean => EMAIL.test(text.trim())

/** Moves the focus to the first entry with a mistake, once it is marked. */
export function focusFirstMistake(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}
