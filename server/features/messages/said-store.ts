import type { PageRequest } from '../../contract/paging.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { textContains, visible } from './store.ts'

/** The columns that a search may be sorted by. */
export type SaidColumn = 'seq' | 'changed_seq'

/** What is looked for in one room. */
export interface SaidSearch {
  term: string | undefined
  /** System message types to show beside what people wrote. */
  kinds: readonly string[]
  page: PageRequest<SaidColumn>
}

/** A page of what people said in a room, and how much there is in all. */
export async function listSaid(
  reader: Reader,
  roomId: string,
  { term, kinds, page }: SaidSearch,
): Promise<{ messages: Row<'message'>[]; total: number }> {
  let query = visible(reader, roomId).where((where) =>
    where.or([where('kind', 'is', null), where('kind', 'in', kinds)]),
  )
  if (term !== undefined && term !== '') query = query.where(textContains(term))
  let messages = query
    .selectAll()
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
  for (const [column, direction] of page.order) messages = messages.orderBy(column, direction)
  const { total } = await query
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { messages: await messages.execute(), total }
}

/** The first text that the visitor of each room wrote, by room id. */
export async function firstTexts(
  reader: Reader,
  roomIds: readonly string[],
): Promise<Map<string, string>> {
  if (roomIds.length === 0) return new Map()
  const rows = await reader.q
    .selectFrom('room as r')
    .innerJoin('message as m', (join) =>
      join
        .onRef('m.room_id', '=', 'r.id')
        .on((on) =>
          on(
            'm.seq',
            '=',
            on
              .selectFrom('message as x')
              .select('x.seq')
              .whereRef('x.room_id', '=', 'r.id')
              .where('x.author_type', '=', 'visitor')
              .where('x.kind', 'is', null)
              .where('x.deleted', '=', 0)
              .orderBy('x.seq', 'asc')
              .limit(1),
          ),
        ),
    )
    .select(['r.id', 'm.text'])
    .where('r.id', 'in', [...roomIds])
    .execute()
  return new Map(rows.map(({ id, text }) => [id, text]))
}
