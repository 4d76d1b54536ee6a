import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { recordAudit } from '../audit/store.ts'
import { toWireMessage } from '../messages/wire.ts'
import { toWireOfflineMessage } from '../offline-messages/wire.ts'
import { accessVisitor } from '../visitors/access.ts'
import * as store from './store.ts'
import * as wire from './wire.ts'

/** A document that is read while it is sent. */
export interface VisitorExport {
  visitorId: string
  /** The JSON text, piece by piece; never more than a page of rows is held. */
  text: AsyncIterable<string>
}

const STAFF = { type: 'staff' } as const

/**
 * Everything that is kept about a visitor, for an administrator; that he looked is noted.
 * @throws ApiError `error-invalid-visitor`
 */
export async function exportAsAdministrator(
  ctx: AppContext,
  caller: Caller,
  visitorId: string,
): Promise<VisitorExport> {
  const visitor = await ctx.db.transact(async (tx) => {
    const found = await store.findVisitor(tx, visitorId)
    if (found === undefined) throw new ApiError('error-invalid-visitor')
    const entry = { by: caller, action: 'visitor.exported', target: found.id } as const
    await recordAudit(tx, ctx.clock.now(), entry)
    return found
  })
  return { visitorId: visitor.id, text: exported(ctx, visitor, false) }
}

/** Everything that is kept about the visitor of a token (S1). @throws ApiError `invalid-token` */
export async function exportAsVisitor(ctx: AppContext, token: string): Promise<VisitorExport> {
  const visitor = await ctx.db.read((reader) => accessVisitor(reader, token))
  return { visitorId: visitor.id, text: exported(ctx, visitor, true) }
}

async function* exported(
  ctx: AppContext,
  visitor: Row<'visitor'>,
  own: boolean,
): AsyncGenerator<string> {
  const { id, email } = visitor
  const pages = <Item extends { id: string }>(
    page: (reader: Reader, after: string) => Promise<Item[]>,
  ) => paged(ctx, '', page, (row) => row.id)
  const rooms = () => pages((reader, after) => store.roomsAfter(reader, id, after))
  const messages = inRooms(rooms, (roomId) =>
    paged(
      ctx,
      0,
      (reader, after) => store.messagesAfter(reader, roomId, after),
      ({ seq }) => seq,
    ),
  )
  const copies = inRooms(rooms, (roomId) =>
    pages((reader, after) => store.historyAfter(reader, roomId, own, after)),
  )
  const visits = pages((reader, after) => store.pageVisitsAfter(reader, id, after))
  const files = pages((reader, after) => store.filesAfter(reader, id, after))
  const head = { exportedAt: isoTime(ctx.clock.now()), visitor: wire.toExportedVisitor(visitor) }
  // Without its last brace: the lists follow.
  yield JSON.stringify(head).slice(0, -1)
  yield* list('rooms', rooms(), (room) => [wire.toExportedRoom(room, own)])
  yield* list('messages', messages, (row) => [toWireMessage(row, STAFF)])
  yield* list('messageHistory', copies, (row) => [wire.toExportedCopy(row)])
  yield* list('pageVisits', visits, (row) => [wire.toExportedVisit(row)])
  yield* list('files', files, (row) => [wire.toExportedFile(row)])
  yield* list('ratings', rooms(), wire.toExportedRatings)
  if (!own && email !== null) {
    const left = pages((reader, after) => store.offlineMessagesAfter(reader, email, after))
    yield* list('offlineMessages', left, (row) => [toWireOfflineMessage(row)])
  }
  yield ',"success":true}'
}

type Pages<Item> = AsyncGenerator<Item[]>

/** Reads page after page; each is a statement of its own, so that no export holds a snapshot. */
async function* paged<Item, Place>(
  ctx: AppContext,
  first: Place,
  page: (reader: Reader, after: Place) => Promise<Item[]>,
  placeOf: (row: Item) => Place,
): Pages<Item> {
  let after = first
  for (;;) {
    const place = after
    const rows = await ctx.db.read((reader) => page(reader, place))
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    if (rows.length < store.PAGE) return
    after = placeOf(last)
  }
}

async function* inRooms<Item>(
  rooms: () => Pages<{ id: string }>,
  pagesOf: (roomId: string) => Pages<Item>,
): Pages<Item> {
  for await (const page of rooms()) for (const { id } of page) yield* pagesOf(id)
}

/** A list of the document, in pieces of a page. */
async function* list<Item>(
  name: string,
  pages: Pages<Item>,
  itemsOf: (row: Item) => unknown[],
): AsyncGenerator<string> {
  yield `,"${name}":[`
  let first = true
  for await (const rows of pages) {
    const texts = rows.flatMap(itemsOf).map((item) => JSON.stringify(item))
    if (texts.length === 0) continue
    yield `${first ? '' : ','}${texts.join(',')}`
    first = false
  }
  yield ']'
}
