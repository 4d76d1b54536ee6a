import { useState } from 'preact/hooks'
import { RestError } from '../../../client/rest.ts'
import type { VisitorChatState, WidgetConfig } from '../../../client/visitor-types.ts'
import { Field, isEmail, Mistake } from './field.tsx'
import { FormError, FormScreen } from './form-screen.tsx'
import { useNow } from './use-session.ts'

type CustomField = NonNullable<WidgetConfig['customFields']>[number]

const fieldsOf = (config: WidgetConfig | undefined): readonly CustomField[] =>
  (config?.customFields ?? []).filter(({ scope }) => scope === 'visitor')

/** Whether the site asks a visitor who he is before he may write. */
export function isFormNeeded({ config, visitor }: VisitorChatState): boolean {
  const settings = config?.settings
  if (visitor !== undefined || settings === undefined) return false
  if (settings.forceAcceptDataProcessingConsent) return true
  const { nameFieldRegistrationForm, emailFieldRegistrationForm } = settings
  return (
    settings.registrationForm &&
    (nameFieldRegistrationForm || emailFieldRegistrationForm || fieldsOf(config).length > 0)
  )
}

/** Asks the visitor who he is. */
export function PreChatForm() {
  const { session, chat, ui, t } = useNow()
  const { config } = chat
  const settings = config?.settings
  const asks = settings?.registrationForm === true
  const hasName = asks && settings.nameFieldRegistrationForm
  const hasEmail = asks && settings.emailFieldRegistrationForm
  const customFields = asks ? fieldsOf(config) : []
  const asksWho = hasName || hasEmail || customFields.length > 0
  const needsConsent = settings?.forceAcceptDataProcessingConsent === true
  const [written, setWritten] = useState<Record<string, string>>({})
  // What the page tells about the visitor may come while the form stands already.
  const values: Record<string, string> = {
    ...Object.fromEntries(customFields.map((field) => [`custom:${field._id}`, field.defaultValue])),
    ...Object.fromEntries(
      (ui.guest.customFields ?? []).map(({ key, value }) => [`custom:${key}`, value]),
    ),
    name: ui.guest.name ?? '',
    email: ui.guest.email ?? '',
    ...written,
  }
  const [hasConsent, setConsent] = useState(false)
  const [isChecked, setChecked] = useState(false)
  const valueOf = (name: string): string => (values[name] ?? '').trim()
  const put = (name: string) => (value: string) => setWritten((all) => ({ ...all, [name]: value }))

  const mistakes: Record<string, string | undefined> = {
    name: hasName && valueOf('name') === '' ? t('form.required') : undefined,
    email: hasEmail && !isEmail(valueOf('email')) ? t('form.invalidEmail') : undefined,
    consent: needsConsent && !hasConsent ? t('form.consentNeeded') : undefined,
  }
  for (const { _id, required, regexp } of customFields) {
    const name = `custom:${_id}`
    const value = valueOf(name)
    if (value === '') mistakes[name] = required ? t('form.required') : undefined
    else if (!fits(value, regexp)) mistakes[name] = t('form.invalidValue')
  }
  const shown = (name: string): string | undefined => (isChecked ? mistakes[name] : undefined)

  const send = async (): Promise<void> => {
    const given = customFields
      .map(({ _id }) => ({ key: _id, value: valueOf(`custom:${_id}`), overwrite: true }))
      .filter(({ value }) => value !== '')
    const others = (ui.guest.customFields ?? []).filter(
      ({ key }) => !customFields.some(({ _id }) => _id === key),
    )
    const details = {
      ...ui.guest,
      ...(hasName ? { name: valueOf('name') } : {}),
      ...(hasEmail ? { email: valueOf('email') } : {}),
      ...(given.length + others.length === 0 ? {} : { customFields: [...others, ...given] }),
    }
    try {
      await session.chat().register(details)
    } catch (error) {
      if (error instanceof RestError && /email|custom-field/.test(error.code)) {
        throw new FormError(
          t(error.code.includes('email') ? 'form.invalidEmail' : 'form.invalidValue'),
          { cause: error },
        )
      }
      throw error
    }
    session.bridge.callback('onPrechatFormSubmit', details)
  }

  const { registrationFormMessage = '', dataProcessingConsentText = '' } = config?.messages ?? {}
  return (
    <FormScreen
      intro={registrationFormMessage || t(asksWho ? 'form.intro' : 'form.consentNeeded')}
      submit={t('form.start')}
      check={() => {
        setChecked(true)
        return Object.values(mistakes).every((mistake) => mistake === undefined)
      }}
      send={send}
    >
      {hasName ? (
        <Field
          name="name"
          label={t('form.name')}
          value={values['name'] ?? ''}
          onInput={put('name')}
          error={shown('name')}
          autocomplete="name"
          required
        />
      ) : null}
      {hasEmail ? (
        <Field
          name="email"
          label={t('form.email')}
          kind="email"
          value={values['email'] ?? ''}
          onInput={put('email')}
          error={shown('email')}
          autocomplete="email"
          required
        />
      ) : null}
      {customFields.map(({ _id, label, required, type, options }) => (
        <Field
          name={_id}
          label={label}
          value={values[`custom:${_id}`] ?? ''}
          onInput={put(`custom:${_id}`)}
          error={shown(`custom:${_id}`)}
          required={required}
          kind={type === 'select' ? options.split(',').map((option) => option.trim()) : 'text'}
        />
      ))}
      {needsConsent ? (
        <div class="field consent">
          <label>
            <input
              type="checkbox"
              name="consent"
              checked={hasConsent}
              onChange={({ currentTarget }) => setConsent(currentTarget.checked)}
              aria-invalid={shown('consent') !== undefined}
              aria-describedby="consent-error"
            />
            <span dir="auto">{dataProcessingConsentText || t('form.consent')}</span>
          </label>
          {shown('consent') === undefined ? null : (
            <Mistake id="consent-error">{shown('consent')}</Mistake>
          )}
        </div>
      ) : null}
    </FormScreen>
  )
}

/** Patterns come from the site's owner; a broken one forbids nothing. */
function fits(value: string, pattern: string): boolean {
  if (pattern === '') return true
  try {
    return new RegExp(pattern).test(value)
  } catch {
    return true
  }
}
