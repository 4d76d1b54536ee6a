import { createContext, Script } from 'node:vm'

/** After so long by the clock a search is stopped; whether it was at work all the while or not. */
const LIMIT_MS = 40
/** Processor time after which it is not begun again: a busy machine refuses nothing that matches. */
const PROCESSOR_MS = 2 * LIMIT_MS

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
 * from outside: a search is stopped after 40 ms and begun again, until it has had twice as much time
 * of the processor.
 * @returns undefined for a broken expression and for one that cannot be answered in time
 */
export function findMatches(question: PatternQuestion): string[] | undefined {
  Object.assign(context, question)
  const before = process.threadCpuUsage()
  do {
    try {
      return JSON.parse(find.runInContext(context, { timeout: LIMIT_MS }) as string) as string[]
    } catch (error) {
      // It is an error of the other context, and no instance of an `Error` of this one.
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    }
  } while (millisecondsSince(before) < PROCESSOR_MS)
  return undefined
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
