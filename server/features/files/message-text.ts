import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { textProblem } from '../messages/text.ts'

/** What somebody says with a file; both may be missing. */
export interface Words {
  msg?: string | undefined
  description?: string | undefined
}

/** The text of a message that carries a file, and what is wrong with the words. */
export async function textOf(
  ctx: AppContext,
  { msg = '', description = '' }: Words,
  author: 'visitor' | 'agent',
): Promise<{ text: string; md: string | null; problem: ApiError | undefined }> {
  const problems = [msg, description]
    // A file needs no words.
    .filter((words) => words.trim() !== '')
    .map((words) => textProblem(ctx.settings, words, author))
  const problem = problems.find((found) => found !== undefined)
  const usable = problem === undefined && msg.trim() !== ''
  return {
    text: usable ? msg : '',
    md: usable ? await ctx.markup.markupOf(msg) : null,
    problem: problem === undefined ? undefined : new ApiError(problem),
  }
}
