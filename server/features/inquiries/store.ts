import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { PageRequest } from '../../contract/paging.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row, Tables } from '../../storage/tables.ts'
import { firstTexts } from '../messages/said-store.ts'
import { lastMessages } from '../messages/store.ts'
import { roomsWithVisitor, type RoomWithVisitor } from '../rooms/store.ts'

/** The columns that lists of inquiries may be sorted by. */
export type InquiryColumn = 'created_at' | 'updated_at' | 'queued_at' | 'taken_at' | 'label' | 'id'

/** An inquiry is the queue's view of an open room: the room, and what its visitor said. */
export interface Inquiry {
  room: RoomWithVisitor & { preferred_agent_username: string | null }
  firstText: string
  lastMessage: Row<'message'> | undefined
}

/** What a list of inquiries is narrowed to. */
export interface InquiryFilter {
  queuedOnly: boolean
  departmentId?: string | undefined
}

/** A page of inquiries and how many there are in all. */
export async function listInquiries(
  reader: Reader,
  filter: InquiryFilter,
  page: PageRequest<InquiryColumn>,
): Promise<{ inquiries: Inquiry[]; total: number }> {
  const rows = await selectInquiries(reader)
    .where(matching(filter))
    .orderBy(
      sql.join(
        page.order.map(
          // The engines disagree on where nothing stands; here it stands first.
          ([column, direction]) =>
            sql`coalesce(${sql.ref(`room.${column}`)}, '') ${sql.raw(direction)}`,
        ),
      ),
    )
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  const { total } = await reader.q
    .selectFrom('room')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(matching(filter))
    .executeTakeFirstOrThrow()
  return { inquiries: await withTexts(reader, rows), total }
}

/** The inquiry of an open room; undefined once it is closed. */
export async function findInquiry(reader: Reader, roomId: string): Promise<Inquiry | undefined> {
  const rows = await selectInquiries(reader)
    .where('room.id', '=', roomId)
    .where('room.closed_at', 'is', null)
    .execute()
  const [inquiry] = await withTexts(reader, rows)
  return inquiry
}

/** The inquiries of these rooms that are open, in no order. */
export async function findInquiries(
  reader: Reader,
  roomIds: readonly string[],
): Promise<Inquiry[]> {
  const rows = await selectInquiries(reader)
    .where('room.id', 'in', [...roomIds])
    .where('room.closed_at', 'is', null)
    .execute()
  return withTexts(reader, rows)
}

/** The room of an inquiry, closed or not. */
export async function findRoomOfInquiry(tx: Tx, inquiryId: string): Promise<string | undefined> {
  const row = await tx.q
    .selectFrom('room')
    .select('id')
    .where('inquiry_id', '=', inquiryId)
    .executeTakeFirst()
  return row?.id
}

const selectInquiries = (reader: Reader) =>
  roomsWithVisitor(reader)
    .leftJoin('user as preferred', 'preferred.id', 'room.preferred_agent_id')
    .select('preferred.username as preferred_agent_username')

const matching =
  ({ queuedOnly, departmentId }: InquiryFilter) =>
  (where: ExpressionBuilder<Tables, 'room'>): Expression<SqlBool> => {
    const conditions = [
      queuedOnly ? where('room.state', '=', 'queued') : where('room.closed_at', 'is', null),
    ]
    if (departmentId !== undefined) {
      conditions.push(where('room.department_id', '=', departmentId))
    }
    return where.and(conditions)
  }

async function withTexts(reader: Reader, rooms: Inquiry['room'][]): Promise<Inquiry[]> {
  const ids = rooms.map(({ id }) => id)
  const [first, last] = [await firstTexts(reader, ids), await lastMessages(reader, ids)]
  return rooms.map((room) => ({
    room,
    firstText: first.get(room.id) ?? '',
    lastMessage: last.get(room.id),
  }))
}
