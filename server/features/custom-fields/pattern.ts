import { runInNewContext } from 'node:vm'

const LIMIT_MS = 20

/** Whether an administrator's pattern is an expression at all. */
export function isPattern(source: string): boolean {
  try {
    return RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}

/**
 * Whether a value matches an administrator's pattern. An expression that takes longer than 20 ms
 * over what a visitor typed is stopped and counts as no match: it must not hold the server up.
 */
export function matchesPattern(source: string, value: string): boolean {
  if (source === '') return true
  try {
    const matched: unknown = runInNewContext(
      'new RegExp(source).test(value)',
      { source, value },
      { timeout: LIMIT_MS },
    )
    return matched === true
  } catch {
    return false
  }
}
