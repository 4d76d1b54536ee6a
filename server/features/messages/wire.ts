import { plainTree } from '../../markup/plain-tree.ts'
import { urlsIn } from '../../markup/urls.ts'
import type { Row } from '../../storage/tables.ts'
import type { WireMessage } from './contract.ts'

/** Who will see a message: his own token is told back to a visitor, and to nobody else. */
export type MessageViewer = { type: 'visitor'; token: string } | { type: 'staff' }

/** Row to wire: the one place that decides what a reader of messages sees. */
export function toWireMessage(row: Row<'message'>, viewer: MessageViewer): WireMessage {
  const name = row.author_name ?? row.author_username
  const byVisitor = row.author_type === 'visitor'
  const kind = row.deleted === 1 ? 'rm' : row.kind
  return {
    _id: row.id,
    rid: row.room_id,
    msg: row.text,
    ts: row.ts,
    u: { _id: row.author_id, username: row.author_username, name },
    _updatedAt: row.changed_at,
    ls: row.changed_at,
    seq: row.seq,
    urls: row.text.includes('http') ? urlsIn(row.text) : [],
    mentions: [],
    channels: [],
    ...(kind === null ? { md: treeOf(row) } : { t: kind }),
    ...(byVisitor ? { alias: name } : {}),
    ...(byVisitor && viewer.type === 'visitor' ? { token: viewer.token } : {}),
    ...(row.edited_at === null ? {} : editOf(row)),
    ...(row.extra === null ? {} : (JSON.parse(row.extra) as Partial<WireMessage>)),
  }
}

const treeOf = (row: Row<'message'>): unknown[] =>
  row.md === null ? plainTree(row.text) : (JSON.parse(row.md) as unknown[])

const editOf = (row: Row<'message'>): Pick<WireMessage, 'editedAt' | 'editedBy'> => ({
  editedAt: row.edited_at ?? row.changed_at,
  editedBy: { _id: row.edited_by_id ?? '', username: row.edited_by_username ?? '' },
})
