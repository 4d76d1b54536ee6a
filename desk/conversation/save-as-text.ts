import type { Message, Rest, Room } from '../../client/index.ts'
import { SERVER_URL } from '../lib/server.ts'
import type { Texts } from '../texts/texts.ts'
import { systemText } from './system-text.ts'

const PAGE = 100

/** Saves all that was said in a conversation as a text file. @throws RestError, NetworkError */
export async function saveAsText(texts: Texts, rest: Rest, room: Room): Promise<void> {
  const messages: Message[] = []
  for (let total = 1; messages.length < total;) {
    const query = { offset: messages.length, count: PAGE, sort: '{"ts":1}' }
    const page = await rest('GET livechat/:rid/messages', { params: { rid: room._id }, query })
    if (page.messages.length === 0) break
    messages.push(...page.messages)
    total = page.total
  }
  const lines = messages.flatMap((message) => linesOf(texts, room, message))
  const head = `${room.fname} · ${texts.full(room.ts)}\n\n`
  const file = new Blob([head, lines.join('\n'), '\n'], { type: 'text/plain;charset=utf-8' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `${fileName(room.fname)}-${room.ts.slice(0, 10)}.txt`
  link.click()
  URL.revokeObjectURL(link.href)
}

function linesOf(texts: Texts, room: Room, message: Message): string[] {
  const at = texts.full(message.ts)
  if (message.t !== undefined) {
    const text = systemText(texts, message)
    return text === undefined ? [] : [`[${at}] ${text}`]
  }
  const { u, alias, msg, file, attachments } = message
  const name = alias ?? u.name ?? (u.username === '' ? room.fname : u.username)
  const link = (attachments?.[0] as { title_link?: unknown } | undefined)?.title_link
  const where = typeof link === 'string' && link.startsWith('/') ? ` ${SERVER_URL}${link}` : ''
  const parts = [msg, file === undefined ? '' : `[${file.name}]${where}`]
  return [`[${at}] ${name}: ${parts.filter((part) => part !== '').join(' ')}`]
}

/** What every system takes for a file's name. */
const fileName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'conversation'
