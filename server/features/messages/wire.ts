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

/** Fields of an attachment that link to a file of this server, and how such a link begins. */
const FILE_LINKS: readonly string[] = ['title_link', 'image_url', 'audio_url', 'video_url']
const DOWNLOADS = '/file-upload/'

/**
 * A message that is read by itself: the file that it carries is named by whole URLs, for a reader
 * who does not know where the server is, and summed up in `fileUpload`.
 */
export function toSingleMessage(
  row: Row<'message'>,
  viewer: MessageViewer,
  rootUrl: string,
): WireMessage {
  const message = toWireMessage(row, viewer)
  const { file, attachments } = message
  if (file === undefined || attachments === undefined) return message
  const whole = (attachments as Record<string, unknown>[]).map((attachment) =>
    Object.fromEntries(
      Object.entries(attachment).map(([name, value]) => {
        const isLink =
          FILE_LINKS.includes(name) && typeof value === 'string' && value.startsWith(DOWNLOADS)
        return [name, isLink ? rootUrl + value : value]
      }),
    ),
  )
  const { type, size } = file
  const link = whole.find((attachment) => attachment['title_link_download'] === true)?.[
    'title_link'
  ]
  return {
    ...message,
    attachments: whole,
    fileUpload: {
      publicFilePath: typeof link === 'string' ? link : '',
      type,
      ...(size === undefined ? {} : { size }),
    },
  }
}
