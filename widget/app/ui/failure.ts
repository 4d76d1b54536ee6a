import type { Failure } from '../../../client/visitor-types.ts'
import type { Texts } from '../text.ts'

/** Why a text was not taken, in the visitor's words. */
export function refusalOf({ t }: Texts, { code }: Failure): string {
  if (code === 'message-length-exceeds-character-limit') return t('refused.long')
  if (code === 'room-closed') return t('refused.closed')
  if (code === 'no-agent-online') return t('offline.unavailable')
  return t('refused.other')
}

/** Why a file was not taken. */
export function fileRefusalOf({ t }: Texts, { code, details }: Failure): string {
  switch (code) {
    case 'error-type-not-allowed':
    case 'error-invalid-file-type':
      return t('file.type')
    case 'error-size-not-allowed':
    case 'error-file-too-large': {
      const { sizeAllowed } = (details ?? {}) as { sizeAllowed?: unknown }
      return typeof sizeAllowed === 'string'
        ? t('file.size', { size: sizeAllowed })
        : t('file.tooLarge')
    }
    case 'error-upload-quota-reached':
      return t('file.quota')
    case 'error-file-upload-disabled':
      return t('file.off')
    case 'no-agent-online':
      return t('offline.unavailable')
    default:
      return t('file.failed')
  }
}
