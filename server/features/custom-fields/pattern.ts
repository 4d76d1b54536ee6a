import { findMatches } from '../../lib/bounded-pattern.ts'

/** Whether an administrator's pattern is an expression at all. */
export function isPattern(source: string): boolean {
  try {
    return RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}

/** Whether a value matches an administrator's pattern; one that takes too long does not. */
export function matchesPattern(source: string, value: string): boolean {
  if (source === '') return true
  const found = findMatches({ expression: source, flags: '', text: value, most: 1 })
  return found !== undefined && found.length > 0
}
