import type { ChatItem } from '../../client/index.ts'
import type { Texts } from '../texts/texts.ts'
import { systemText } from './system-text.ts'

/** A line of the conversation as it is drawn. */
export type Row =
  | { kind: 'day'; key: string; text: string }
  | { kind: 'system'; key: string; text: string; at: string }
  | { kind: 'item'; key: string; item: ChatItem; isFirst: boolean; isLast: boolean; at: string }

/** What somebody wrote within this long stands together under one name. */
const TOGETHER_MS = 5 * 60_000

/** Items as rows: days between them, those of one author together, machine messages left out. */
export function rowsOf(texts: Texts, items: readonly ChatItem[]): Row[] {
  const rows: Row[] = []
  let day = ''
  for (const item of items) {
    const at = momentOf(item)
    const nextDay = new Date(at).toDateString()
    const system = item.kind === 'message' && item.message.t !== undefined
    const text = system ? systemText(texts, item.message) : ''
    if (text === undefined) continue
    if (nextDay !== day) {
      rows.push({ kind: 'day', key: `day ${nextDay}`, text: texts.day(at) })
      day = nextDay
    }
    if (system) {
      rows.push({ kind: 'system', key: item.id, text, at })
      continue
    }
    const previous = rows.at(-1)
    const joins = previous?.kind === 'item' && belongs(previous, item, at)
    if (joins) previous.isLast = false
    rows.push({ kind: 'item', key: item.id, item, isFirst: !joins, isLast: true, at })
  }
  return rows
}

const momentOf = (item: ChatItem): string =>
  item.kind === 'message'
    ? item.message.ts
    : new Date(item.kind === 'echo' ? item.writtenAt : Date.now()).toISOString()

const authorOf = (item: ChatItem): string =>
  item.own ? 'me' : item.kind === 'message' ? item.message.u._id : ''

const belongs = (previous: Row & { kind: 'item' }, item: ChatItem, at: string): boolean =>
  authorOf(previous.item) === authorOf(item) &&
  Date.parse(at) - Date.parse(previous.at) < TOGETHER_MS
