import type { Message } from '../../client/index.ts'
import type { Texts } from '../texts/texts.ts'

/** What a system message says; undefined for those that are for machines. */
export function systemText({ t }: Texts, message: Message): string | undefined {
  const name = message.u.name ?? message.u.username
  switch (message.t) {
    case 'livechat-started':
      return t('system.started')
    case 'uj':
      return t('system.joined', { name: whoOf(message) })
    case 'ul':
      return t('system.left', { name: whoOf(message) })
    case 'livechat-close':
      return message.msg === ''
        ? t('system.closed', { name })
        : t('system.closedWith', { name, comment: message.msg })
    case 'livechat_transfer_history':
      return t('system.returned', { name: transferrer(message) ?? name })
    case 'livechat_transcript_history':
      return t('system.transcript')
    default:
      return undefined
  }
}

/** Who came or went: the text holds his username. */
const whoOf = ({ msg, u }: Message): string =>
  msg === '' || msg === u.username ? (u.name ?? u.username) : msg

function transferrer({ transferData }: Message): string | undefined {
  const { transferredBy } = (transferData ?? {}) as {
    transferredBy?: { name?: string; username?: string }
  }
  return transferredBy?.name ?? transferredBy?.username
}
