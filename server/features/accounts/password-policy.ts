import type { Settings } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'

/** Holds whatever the settings say. */
const SHORTEST = 8

/** What a new password must satisfy; rules that are off are undefined. */
interface Rules {
  minLength: number
  maxLength: number | undefined
  maxRepeats: number | undefined
  lowercase: boolean
  uppercase: boolean
  number: boolean
  special: boolean
}

function rulesOf(settings: Settings): Rules {
  const enabled = settings.get('Accounts_Password_Policy_Enabled')
  const longest = settings.get('Accounts_Password_Policy_MaxLength')
  const minLength = enabled
    ? Math.max(SHORTEST, settings.get('Accounts_Password_Policy_MinLength'))
    : SHORTEST
  return {
    minLength,
    // A limit below the shortest password would lock everybody out.
    maxLength: enabled && longest >= minLength ? longest : undefined,
    maxRepeats:
      enabled && settings.get('Accounts_Password_Policy_ForbidRepeatingCharacters')
        ? Math.max(1, settings.get('Accounts_Password_Policy_ForbidRepeatingCharactersCount'))
        : undefined,
    lowercase: enabled && settings.get('Accounts_Password_Policy_AtLeastOneLowercase'),
    uppercase: enabled && settings.get('Accounts_Password_Policy_AtLeastOneUppercase'),
    number: enabled && settings.get('Accounts_Password_Policy_AtLeastOneNumber'),
    special: enabled && settings.get('Accounts_Password_Policy_AtLeastOneSpecialCharacter'),
  }
}

/** Names of broken rules, as clients know them. */
function passwordFaults(settings: Settings, password: string): string[] {
  const rules = rulesOf(settings)
  const { maxLength, maxRepeats } = rules
  const faults: [string, boolean][] = [
    ['minLength', password.length < rules.minLength || password.trim() === ''],
    ['maxLength', maxLength !== undefined && password.length > maxLength],
    ['forbidRepeatingCharacters', maxRepeats !== undefined && longestRepeat(password) > maxRepeats],
    ['mustContainAtLeastOneLowercase', rules.lowercase && !/\p{Ll}/u.test(password)],
    ['mustContainAtLeastOneUppercase', rules.uppercase && !/\p{Lu}/u.test(password)],
    ['mustContainAtLeastOneNumber', rules.number && !/\p{Nd}/u.test(password)],
    ['mustContainAtLeastOneSpecialCharacter', rules.special && !/[^\p{L}\p{N}]/u.test(password)],
  ]
  return faults.filter(([, broken]) => broken).map(([rule]) => `get-password-policy-${rule}`)
}

/** @throws ApiError `error-password-policy-not-met` with the broken rules in its details */
export function requirePolicy(settings: Settings, password: string): void {
  const faults = passwordFaults(settings, password)
  if (faults.length === 0) return
  throw new ApiError('error-password-policy-not-met', {
    details: { rules: faults, minLength: rulesOf(settings).minLength },
  })
}

/** The rules for a form: name, and its parameter where it has one. */
export function describePolicy(settings: Settings): [string, Record<string, number>?][] {
  const rules = rulesOf(settings)
  const list: [string, Record<string, number>?][] = [['minLength', { minLength: rules.minLength }]]
  if (rules.maxLength !== undefined) list.push(['maxLength', { maxLength: rules.maxLength }])
  if (rules.maxRepeats !== undefined) {
    list.push(['forbidRepeatingCharacters'])
    list.push(['forbidRepeatingCharactersCount', { maxRepeatingChars: rules.maxRepeats }])
  }
  if (rules.lowercase) list.push(['mustContainAtLeastOneLowercase'])
  if (rules.uppercase) list.push(['mustContainAtLeastOneUppercase'])
  if (rules.number) list.push(['mustContainAtLeastOneNumber'])
  if (rules.special) list.push(['mustContainAtLeastOneSpecialCharacter'])
  return list.map(([name, ...parameter]) => [`get-password-policy-${name}`, ...parameter])
}

function longestRepeat(text: string): number {
  let longest = 0
  let run = 0
  let previous = ''
  for (const character of text) {
    run = character === previous ? run + 1 : 1
    longest = Math.max(longest, run)
    previous = character
  }
  return longest
}
