import { createContext, Script } from 'node:vm'

const LIMIT_MS = 40
/** A machine that paused once would otherwise refuse what matches. */
const ATTEMPTS = 2

const find = new Script(
  'JSON.stringify((text.match(new RegExp(expression, flags)) ?? []).slice(0, most))',
)
const context = createContext({ text: '', expression: '', flags: '', most: 0 })

/** An administrator's expression and a stranger's text. */
export interface PatternQuestion {
  expression: string
  flags: string
  text: string
  /** Matches wanted at most. */
  most: number
}

/**
 * What an expression finds in a text. Some expressions take for ever over some texts, and both come
 * from outside: a search is stopped after 40 ms and tried once more.
 * @returns undefined for a broken expression and for one that cannot be answered in time
 */
export function findMatches(question: PatternQuestion): string[] | undefined {
  Object.assign(context, question)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return JSON.parse(find.runInContext(context, { timeout: LIMIT_MS }) as string) as string[]
    } catch (error) {
      const late =
        error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      if (!late) return undefined
    }
  }
  return undefined
}
