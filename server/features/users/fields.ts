import type { Settings } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { unavailable } from './changes.ts'

const BIO_LENGTH = 260
const NICKNAME_LENGTH = 120
const STATUS_TEXT_LENGTH = 120
const CUSTOM_FIELDS_LENGTH = 20_000

/** A username of the allowed characters that nobody reserved. @throws ApiError */
export function checkUsername(settings: Settings, text: string): string {
  const username = text.trim()
  if (username === '') throw required('Username')
  if (!isUsername(settings, username)) {
    throw new ApiError('error-input-is-not-a-valid-field', {
      reason: `${username} is not a valid username`,
    })
  }
  if (isBlockedUsername(settings, username)) throw unavailable(username)
  return username
}

/** Whether the settings let anybody have this username. */
export const isFreeToTake = (settings: Settings, username: string): boolean =>
  isUsername(settings, username) && !isBlockedUsername(settings, username)

function isUsername(settings: Settings, username: string): boolean {
  // Whatever the setting allows: @ tells addresses from names at the login, the rest breaks URLs.
  if (!/^[^\s@/\\?#%\p{C}]{1,64}$/u.test(username)) return false
  try {
    return new RegExp(`^(?:${settings.get('UTF8_User_Names_Validation')})$`).test(username)
  } catch {
    return /^[\w.-]+$/.test(username)
  }
}

function isBlockedUsername(settings: Settings, username: string): boolean {
  const blocked = [
    ...listOf(settings.get('Accounts_BlockedUsernameList')),
    ...listOf(settings.get('Accounts_SystemBlockedUsernameList')),
  ]
  return blocked.includes(username.toLowerCase())
}

/** A name to show; stored raw, without control characters. @throws ApiError */
export function checkName(text: string): string {
  const name = text.trim()
  if (name === '') throw required('Name')
  if (/\p{Cc}/u.test(name)) {
    throw new ApiError('error-input-is-not-a-valid-field', {
      reason: 'Name contains invalid characters',
    })
  }
  return name
}

/** An address of an allowed domain, in lower case. @throws ApiError */
export function checkEmail(settings: Settings, text: string): string {
  const address = text.trim().toLowerCase()
  if (!/^[^\s@,;<>()"\p{C}]{1,64}@[^\s@,;<>()"\p{C}]{1,189}$/u.test(address)) {
    throw new ApiError('error-invalid-email', { reason: `Invalid email ${address}` })
  }
  const domain = address.slice(address.indexOf('@') + 1)
  if (listOf(settings.get('Accounts_BlockedDomainsList')).includes(domain)) {
    throw new ApiError('error-email-domain-blacklisted')
  }
  const allowed = listOf(settings.get('Accounts_AllowedDomainsList'))
  if (allowed.length > 0 && !allowed.includes(domain)) throw new ApiError('error-invalid-domain')
  return address
}

export function checkBio(text: string): string {
  const bio = text.trim()
  if (bio.length > BIO_LENGTH) throw new ApiError('error-bio-size-exceeded')
  return bio
}

export function checkNickname(text: string): string {
  const nickname = text.trim()
  if (nickname.length > NICKNAME_LENGTH) throw new ApiError('error-nickname-size-exceeded')
  return nickname
}

/** Cut rather than refused, as clients expect. */
export const statusTextOf = (text: string): string => text.trim().slice(0, STATUS_TEXT_LENGTH)

/** Scalars and lists of texts, as JSON. @throws ApiError */
export function checkCustomFields(fields: Record<string, unknown>): string {
  for (const [name, value] of Object.entries(fields)) {
    const scalar = value === null || ['string', 'number', 'boolean'].includes(typeof value)
    const texts = Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    if (!scalar && !texts) {
      throw new ApiError('error-input-is-not-a-valid-field', {
        reason: `${name} must be a text, a number, true, false or a list of texts`,
      })
    }
  }
  const json = JSON.stringify(fields)
  if (json.length > CUSTOM_FIELDS_LENGTH) {
    throw new ApiError('error-input-is-not-a-valid-field', {
      reason: 'The custom fields are too large',
    })
  }
  return json
}

export const required = (field: string): ApiError =>
  new ApiError('error-the-field-is-required', { reason: `The field ${field} is required` })

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
