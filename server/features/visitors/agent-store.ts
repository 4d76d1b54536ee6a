import { sql, type Expression, type SqlBool } from 'kysely'
import type { PageRequest } from '../../contract/paging.ts'
import { contains } from '../../storage/contains.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { roomsWithVisitor, type RoomWithVisitor } from '../rooms/store.ts'

/** The columns that pages a visitor saw may be sorted by. */
export type PageColumn = 'at' | 'id'
/** The columns that a visitor's conversations may be sorted by. */
export type ChatColumn = 'created_at' | 'last_message_at' | 'closed_at' | 'messages' | 'id'
/** The columns that visitors may be sorted by. */
export type VisitorColumn = 'name' | 'username' | 'last_chat_at' | 'created_at' | 'id'

/** What a visitor's conversations are narrowed to; every part that is given must hold. */
export interface ChatFilter {
  visitorId: string
  /** Part of what was said, in conversations that the reader may open. */
  text?: string | undefined
  closedOnly?: boolean | undefined
  servedOnly?: boolean | undefined
  /** Type of the source. */
  source?: string | undefined
}

/** A conversation and whether the reader may open it. */
export type PastChat = RoomWithVisitor & { readable: boolean }

/** Rows whose texts are read with one statement; engines bound its parameters. */
const CHUNK = 500

const limitOf = (page: PageRequest<string>): number => page.limit ?? Number.MAX_SAFE_INTEGER

/** One visitor by his id. */
export const findVisitor = (reader: Reader, id: string): Promise<Row<'visitor'> | undefined> =>
  reader.q.selectFrom('visitor').selectAll().where('id', '=', id).executeTakeFirst()

/** The pages that were seen during a conversation. */
export async function listPageVisits(
  reader: Reader,
  roomId: string,
  page: PageRequest<PageColumn>,
): Promise<{ visits: Row<'page_visit'>[]; total: number }> {
  const ofRoom = reader.q.selectFrom('page_visit').where('room_id', '=', roomId)
  const visits = await ofRoom
    .selectAll()
    .orderBy(
      sql.join([
        ...page.order.map(([column, way]) => sql`${sql.ref(column)} ${sql.raw(way)}`),
        sql`id`,
      ]),
    )
    .limit(limitOf(page))
    .offset(page.offset)
    .execute()
  const { total } = await ofRoom
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { visits, total }
}

/**
 * A page of a visitor's conversations.
 * @param readable tells, for a row of `room`, whether the reader may open it
 */
export async function listChats(
  reader: Reader,
  filter: ChatFilter,
  readable: Expression<SqlBool>,
  page: PageRequest<ChatColumn>,
): Promise<{ chats: PastChat[]; total: number }> {
  const matching = chatsMatching(filter, readable)
  const rows = await roomsWithVisitor(reader)
    .select(sql<number>`case when ${readable} then 1 else 0 end`.as('readable'))
    .where(matching)
    .orderBy(
      sql.join([
        ...page.order.map(([column, way]) => {
          const value = sql.ref(`room.${column}`)
          // The engines disagree on where nothing stands; here it stands first.
          return column === 'messages'
            ? sql`${value} ${sql.raw(way)}`
            : sql`coalesce(${value}, '') ${sql.raw(way)}`
        }),
        sql`room.id`,
      ]),
    )
    .limit(limitOf(page))
    .offset(page.offset)
    .execute()
  const { total } = await reader.q
    .selectFrom('room')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(matching)
    .executeTakeFirstOrThrow()
  const chats = rows.map((row) => ({ ...row, readable: row.readable === 1 }))
  return { chats, total }
}

function chatsMatching(filter: ChatFilter, readable: Expression<SqlBool>): Expression<SqlBool> {
  const { visitorId, text, closedOnly, servedOnly, source } = filter
  const conditions = [sql`room.visitor_id = ${visitorId}`]
  if (closedOnly === true) conditions.push(sql`room.closed_at is not null`)
  if (servedOnly === true) conditions.push(sql`room.served_by_id is not null`)
  if (source !== undefined && source !== '') {
    // Quotes inside values are escaped in JSON, so this can only be the key and its value.
    const piece = `"type":${JSON.stringify(source)}`
    conditions.push(sql`replace(room.source, ${piece}, '') <> room.source`)
  }
  if (text !== undefined && text !== '') {
    conditions.push(sql`${readable} and exists (
      select 1 from message m
       where m.room_id = room.id and m.kind is null and m.deleted = 0 and m.hidden = 0
         and ${contains(sql.ref('m.text'), text)})`)
  }
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

/** The last words of closed conversations, by room. */
export async function closingMessages(
  reader: Reader,
  roomIds: readonly string[],
): Promise<Map<string, Row<'message'>>> {
  const found = new Map<string, Row<'message'>>()
  for (let start = 0; start < roomIds.length; start += CHUNK) {
    const rows = await reader.q
      .selectFrom('message')
      .selectAll()
      .where('room_id', 'in', roomIds.slice(start, start + CHUNK))
      .where('kind', '=', 'livechat-close')
      .where('deleted', '=', 0)
      .orderBy('seq')
      .execute()
    for (const row of rows) found.set(row.room_id, row)
  }
  return found
}

/** A page of visitors whose name, address or number holds the text; undefined finds all. */
export async function searchVisitors(
  reader: Reader,
  text: string | undefined,
  page: PageRequest<VisitorColumn>,
): Promise<{ visitors: Row<'visitor'>[]; total: number }> {
  const matching =
    text === undefined ? sql<SqlBool>`1 = 1` : holding(['name', 'username', 'email', 'phone'], text)
  const found = reader.q.selectFrom('visitor').where(matching)
  const visitors = await found
    .selectAll()
    .orderBy(
      sql.join([
        ...page.order.map(
          ([column, way]) => sql`lower(coalesce(${sql.ref(column)}, '')) ${sql.raw(way)}`,
        ),
        sql`id`,
      ]),
    )
    .limit(limitOf(page))
    .offset(page.offset)
    .execute()
  const { total } = await found
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { visitors, total }
}

/** The first visitors whose name holds the text, without the excepted ids and user names. */
export function suggestVisitors(
  reader: Reader,
  text: string,
  exceptions: readonly string[],
  limit: number,
): Promise<Row<'visitor'>[]> {
  let found = reader.q
    .selectFrom('visitor')
    .selectAll()
    .where(holding(['name', 'username'], text))
  if (exceptions.length > 0) {
    found = found.where('username', 'not in', exceptions).where('id', 'not in', exceptions)
  }
  return found
    .orderBy(sql`lower(coalesce(name, username)), id`)
    .limit(limit)
    .execute()
}

const holding = (columns: readonly string[], text: string): Expression<SqlBool> =>
  contains(
    columns.map((column) => sql`coalesce(${sql.ref(column)}, '')`),
    text,
  )
