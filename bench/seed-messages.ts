import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { createMarkup } from '../server/markup/markup.ts'
import { agentName, agentUsername, timeOf, visitorName, visitorUsername } from './seed-rooms.ts'
import { AGENTS, agentId, createTexts, roomId, ROOMS, visitorId } from './workload.ts'

/** Rows from which the database itself makes the messages. */
interface Sources {
  bench_text: { i: number; text: string; md: string | null }[]
  bench_place: { place: number; ts: string }[]
  bench_room: {
    r: number
    room_id: string
    visitor_id: string
    visitor_username: string
    visitor_name: string
    agent_id: string
    agent_username: string
    agent_name: string
  }[]
}

const COLUMNS = {
  bench_text: 'i integer primary key, text text, md text',
  bench_place: 'place integer primary key, ts text',
  bench_room: `r integer primary key, room_id text, visitor_id text, visitor_username text,
    visitor_name text, agent_id text, agent_username text, agent_name text`,
} as const

/** Messages in the order of time, so that those of one room lie apart as they would in life. */
const insertMessages = (texts: number, id: string): string => `
  insert into message (id, room_id, seq, changed_seq, ts, changed_at, author_type, author_id,
    author_username, author_name, kind, text, md, extra, edited_at, edited_by_id,
    edited_by_username, deleted, hidden)
  select ${id}, r.room_id, p.place, p.place, p.ts, p.ts,
    case p.place % 2 when 1 then 'visitor' else 'agent' end,
    case p.place % 2 when 1 then r.visitor_id else r.agent_id end,
    case p.place % 2 when 1 then r.visitor_username else r.agent_username end,
    case p.place % 2 when 1 then r.visitor_name else r.agent_name end,
    null, t.text, t.md, null, null, null, null, 0, 0
  from bench_place p cross join bench_room r
  join bench_text t on t.i = (p.place * 7919 + r.r) % ${texts}
  order by p.place, r.r`

async function sourcesOf(start: number, messagesPerRoom: number): Promise<Sources> {
  const markup = createMarkup()
  try {
    const texts = createTexts()
    const bench_text: Sources['bench_text'] = []
    for (const [i, text] of texts.entries()) {
      bench_text.push({ i, text, md: await markup.markupOf(text) })
    }
    return {
      bench_text,
      bench_place: Array.from({ length: messagesPerRoom }, (_none, index) => ({
        place: index + 1,
        ts: timeOf(start, index + 1),
      })),
      bench_room: Array.from({ length: ROOMS }, (_none, r) => ({
        r,
        room_id: roomId(r),
        visitor_id: visitorId(r),
        visitor_username: visitorUsername(r),
        visitor_name: visitorName(r),
        agent_id: agentId(r % AGENTS),
        agent_username: agentUsername(r % AGENTS),
        agent_name: agentName(r % AGENTS),
      })),
    }
  } finally {
    await markup.close()
  }
}

/** Makes the stored messages inside the SQLite file. Nothing else may have it open. */
export async function seedSqliteMessages(
  file: string,
  start: number,
  messagesPerRoom: number,
): Promise<void> {
  const sources = await sourcesOf(start, messagesPerRoom)
  const db = new DatabaseSync(file)
  // A crash here loses the bench's own data only.
  db.exec('pragma synchronous = off; pragma journal_mode = memory; pragma cache_size = -262144')
  for (const [table, rows] of Object.entries(sources)) {
    db.exec(`create temp table ${table} (${COLUMNS[table as keyof Sources]})`)
    const columns = Object.keys(rows[0] as object)
    const values = columns.map((column) => `value ->> '${column}'`).join(', ')
    db.prepare(
      `insert into ${table} (${columns.join(', ')}) select ${values} from json_each(?)`,
    ).run(JSON.stringify(rows))
  }
  // Indexes that are not in the order of time are built faster at the end.
  const indexes = db
    .prepare(
      "select name, sql from sqlite_master where type = 'index' and tbl_name = 'message' and sql is not null",
    )
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) db.exec(`drop index ${name}`)
  const id = `printf('%019d', (p.place - 1) * ${ROOMS} + r.r)`
  db.exec(`begin; ${insertMessages(sources.bench_text.length, id)}; commit`)
  for (const { sql } of indexes) db.exec(sql)
  db.exec('analyze')
  db.close()
  // The server's own mode, so that its first start does not pay for the change.
  const reopened = new DatabaseSync(file)
  reopened.exec('pragma journal_mode = wal')
  reopened.close()
}

/** Makes the stored messages inside a PostgreSQL database. */
export async function seedPostgresMessages(
  url: string,
  start: number,
  messagesPerRoom: number,
): Promise<void> {
  const sources = await sourcesOf(start, messagesPerRoom)
  const db = new Client({ connectionString: url })
  await db.connect()
  try {
    await db.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'")
    for (const [table, rows] of Object.entries(sources)) {
      await db.query(`create temp table ${table} (${COLUMNS[table as keyof Sources]})`)
      await db.query(
        `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`,
        [JSON.stringify(rows)],
      )
      await db.query(`analyze ${table}`)
    }
    const { rows: constraints } = await db.query<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = 'message'::regclass and contype in ('p', 'u')`,
    )
    for (const { name } of constraints) {
      await db.query(`alter table message drop constraint ${name}`)
    }
    const { rows: indexes } = await db.query<{ name: string; definition: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
       from pg_index where indrelid = 'message'::regclass`,
    )
    for (const { name } of indexes) await db.query(`drop index ${name}`)
    const id = `lpad(((p.place - 1) * ${ROOMS} + r.r)::text, 19, '0')`
    await db.query(insertMessages(sources.bench_text.length, id))
    for (const { name, definition } of constraints) {
      await db.query(`alter table message add constraint ${name} ${definition}`)
    }
    for (const { definition } of indexes) await db.query(definition)
    await db.query('vacuum analyze')
    await db.query('checkpoint')
  } finally {
    await db.end()
  }
}
