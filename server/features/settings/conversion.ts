import type { AnySettingValue, SettingDefinition, TextSetting } from './catalogue.ts'

/** A value that can be stored, or one sentence for the person who sent something else. */
export type SettingCheck =
  | { readonly ok: true; readonly value: AnySettingValue }
  | { readonly ok: false; readonly reason: string }

/** A setting in the environment that cannot be understood; the message never tells its value. */
export class InvalidSettingError extends Error {
  override readonly name = 'InvalidSettingError'
}

const MAX_NUMBER = 1_000_000_000
const MAX_TEXT_LENGTH = 5000
const MAX_CODE_BYTES = 100_000
const MAX_COLOR_LENGTH = 100

/**
 * The value of `OVERWRITE_SETTING_<id>`. Readonly and hidden settings are allowed: who sets the
 * environment runs the server. Throws `InvalidSettingError` for what the setting cannot hold.
 */
export function parseEnvironmentValue(
  definition: SettingDefinition,
  text: string,
): AnySettingValue {
  const check = checkType(definition, fromText(definition, text))
  if (!check.ok) throw new InvalidSettingError(check.reason)
  return check.value
}

/**
 * Whether a caller of the API may store this value, of the exact type of the setting (the reference
 * stores anything). Readonly, hidden and action settings are refused whatever the value.
 */
export function checkSettingValue(definition: SettingDefinition, value: unknown): SettingCheck {
  if (definition.hidden) return refuse(definition, 'is kept by the server and cannot be changed')
  if (definition.readonly) return refuse(definition, 'can only be read')
  return checkType(definition, value)
}

// What cannot be read becomes undefined, which no type of setting accepts.
function fromText(definition: SettingDefinition, text: string): unknown {
  switch (definition.type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'int':
    case 'timespan':
      return /^-?\d+$/.test(text) ? Number(text) : undefined
    case 'multiSelect':
      return listFromText(text)
    default:
      return text
  }
}

function listFromText(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return []
  if (!trimmed.startsWith('[')) return trimmed.split(',').map((item) => item.trim())
  try {
    return JSON.parse(trimmed)
  } catch {
    return undefined
  }
}

function checkType(definition: SettingDefinition, value: unknown): SettingCheck {
  switch (definition.type) {
    case 'boolean':
      return typeof value === 'boolean'
        ? accept(value)
        : refuse(definition, 'must be true or false')
    case 'int':
      return checkNumber(definition, value, definition.min ?? -1)
    case 'timespan':
      return checkNumber(definition, value, definition.min ?? 0)
    case 'select':
      return typeof value === 'string' && definition.values.includes(value)
        ? accept(value)
        : refuse(definition, `must be one of: ${definition.values.join(', ')}`)
    case 'multiSelect':
      return isChoice(value, definition.values)
        ? accept([...value])
        : refuse(definition, `must list, each once, some of: ${definition.values.join(', ')}`)
    case 'action':
      return refuse(definition, 'is a button and holds no value')
    default:
      return checkText(definition, value)
  }
}

function checkNumber(definition: SettingDefinition, value: unknown, min: number): SettingCheck {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= MAX_NUMBER
    ? accept(value as number)
    : refuse(definition, `must be a whole number from ${min} to ${MAX_NUMBER}`)
}

function isChoice(value: unknown, allowed: readonly string[]): value is string[] {
  return (
    Array.isArray(value) &&
    // Looked at first: the checks behind it shall not run over a list of any length.
    value.length <= allowed.length &&
    value.every((item) => allowed.includes(item)) &&
    new Set(value).size === value.length
  )
}

function checkText(definition: TextSetting, value: unknown): SettingCheck {
  if (typeof value !== 'string') return refuse(definition, 'must be text')
  const fault = textFault(definition, value)
  return fault === undefined ? accept(value) : refuse(definition, fault)
}

function textFault({ id, type }: TextSetting, text: string): string | undefined {
  if (type === 'code') {
    if (Buffer.byteLength(text) > MAX_CODE_BYTES) return `must have at most ${MAX_CODE_BYTES} bytes`
  } else if (text.length > MAX_TEXT_LENGTH) {
    return `must have at most ${MAX_TEXT_LENGTH} characters`
  }
  if (text.includes('\0')) return 'must not contain the character U+0000'
  if (!text.isWellFormed()) return 'must not contain half a character'

  if (type === 'color' && !isColor(text))
    return 'must be a CSS colour, such as #c1272d or rgb(9 9 9)'
  if (type === 'language' && !isLanguage(text)) return 'must be a language tag, such as en or pt-BR'
  if (type === 'timezone' && !isTimezone(text)) return 'must be a time zone, such as Europe/Berlin'
  if (type === 'relativeUrl' && text !== '' && !text.startsWith('/')) return 'must begin with /'
  if (/^Livechat_lead_\w+_regex$/.test(id) && !isExpression(text)) {
    return 'must be a regular expression'
  }
  return undefined
}

// The text goes into style sheets, so anything that could end a declaration stays out.
function isColor(text: string): boolean {
  return (
    text.length <= MAX_COLOR_LENGTH &&
    (/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(text) ||
      /^(?:rgb|hsl)a?\([\da-z.,%/+\- ]+\)$/i.test(text) ||
      /^[a-z]+$/i.test(text))
  )
}

// Empty leaves the choice to the installation.
function isLanguage(text: string): boolean {
  return text === '' || works(() => Intl.getCanonicalLocales(text))
}

// Offsets such as +02:00 are refused: Intl knows them, databases read them with the sign reversed.
function isTimezone(text: string): boolean {
  return (
    text === '' ||
    (/^[a-z]/i.test(text) && works(() => new Intl.DateTimeFormat('en', { timeZone: text })))
  )
}

function isExpression(text: string): boolean {
  return works(() => new RegExp(text, 'gi'))
}

function works(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

function accept(value: AnySettingValue): SettingCheck {
  return { ok: true, value }
}

function refuse({ id }: SettingDefinition, fault: string): SettingCheck {
  return { ok: false, reason: `${id} ${fault}.` }
}
