import { NetworkError, RestError } from '../../client/index.ts'
import type { Texts, TextKey } from '../texts/texts.ts'

/** Codes that have words of their own; the server's text, which is English, stands for others. */
const KNOWN: Readonly<Record<string, TextKey>> = {
  'error-inquiry-taken': 'error.taken',
  'error-agent-status-service-offline': 'error.notAvailable',
  'error-max-number-simultaneous-chats-reached': 'error.tooMany',
  'error-message-empty': 'error.empty',
  'message-length-exceeds-character-limit': 'error.tooLong',
  'room-closed': 'error.closed',
  'error-room-already-closed': 'error.closed',
  'error-comment-is-required': 'error.commentRequired',
  'error-invalid-file-type': 'error.fileType',
  'error-type-not-allowed': 'error.fileType',
  'error-file-too-large': 'error.fileSize',
  'error-size-not-allowed': 'error.fileSize',
  'error-file-upload-disabled': 'error.filesOff',
  'error-setup-link-ended': 'error.setupEnded',
  'error-unauthorized': 'error.forbidden',
  'error-invalid-email': 'error.email',
  'error-transcript-not-sent': 'error.transcript',
  'error-not-authorized': 'error.forbidden',
  'error-not-allowed': 'error.forbidden',
}

/** What went wrong, for people. */
export function errorText({ t }: Texts, error: unknown): string {
  if (error instanceof NetworkError) return t('error.network')
  if (!(error instanceof RestError)) return t('error.unknown')
  if (error.status === 429) return t('error.slowDown')
  return codeText({ t }, error.code, error.text)
}

/** The words for a code of the server. */
export function codeText({ t }: Pick<Texts, 't'>, code: string, text: string): string {
  const known = KNOWN[code]
  return known === undefined ? text.replace(/ \[[\w-]+\]$/, '') : t(known)
}
