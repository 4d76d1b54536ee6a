import type { Settings } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'

/**
 * What is wrong with a text, by the settings: empty or whitespace only, or longer than allowed
 * (in UTF-16 units). The same rules hold on send and on edit, for everybody; the visitor's own
 * limit comes on top.
 */
export function textProblem(
  settings: Settings,
  text: string,
  author: 'visitor' | 'agent',
): ErrorCode | undefined {
  if (text.trim() === '') return 'error-message-empty'
  return text.length > lengthLimit(settings, author)
    ? 'message-length-exceeds-character-limit'
    : undefined
}

function lengthLimit(settings: Settings, author: 'visitor' | 'agent'): number {
  const limit = settings.get('Message_MaxAllowedSize')
  if (author === 'agent' || !settings.get('Livechat_enable_message_character_limit')) return limit
  const visitorLimit = settings.get('Livechat_message_character_limit')
  return visitorLimit > 0 ? Math.min(limit, visitorLimit) : limit
}

/** @throws ApiError when the text cannot be stored */
export function assertText(settings: Settings, text: string, author: 'visitor' | 'agent'): void {
  const problem = textProblem(settings, text, author)
  if (problem !== undefined) throw new ApiError(problem)
}
