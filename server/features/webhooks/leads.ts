import { findMatches } from '../../lib/bounded-pattern.ts'

/** Longer texts are looked at so far. */
const MAX_TEXT = 1000
const MAX_FOUND = 10

/** What matches the expression in a text, each once; nothing when it cannot be said in time. */
export function findLeads(text: string, expression: string): string[] {
  if (expression === '') return []
  const question = { expression, flags: 'gi', text: text.slice(0, MAX_TEXT), most: MAX_FOUND }
  const found = (findMatches(question) ?? []).map((match) => match.trim())
  return [...new Set(found)].filter((match) => match !== '')
}
