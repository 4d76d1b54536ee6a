import { createContext, Script } from 'node:vm'

/** Longer texts are looked at so far. */
const MAX_TEXT = 1000
const MAX_FOUND = 10
/** An administrator's expression meets a stranger's text: some take for ever together. */
const TIME_LIMIT_MS = 10

const find = new Script(
  'JSON.stringify((text.match(new RegExp(expression, "gi")) ?? []).slice(0, most))',
)
const context = createContext({ text: '', expression: '', most: MAX_FOUND })

/** What matches the expression in a text, each once; nothing when it cannot be said in time. */
export function findLeads(text: string, expression: string): string[] {
  if (expression === '') return []
  Object.assign(context, { text: text.slice(0, MAX_TEXT), expression })
  try {
    const found: string = find.runInContext(context, { timeout: TIME_LIMIT_MS })
    return [...new Set((JSON.parse(found) as string[]).map((match) => match.trim()))].filter(
      (match) => match !== '',
    )
  } catch {
    return []
  }
}
