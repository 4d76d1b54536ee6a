import { CompiledQuery, Kysely } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { OwnSchemaDialect } from './postgres-dialect.ts'
import type { Tables } from './tables.ts'

/** Statements kept prepared; what comes beyond is planned each time. */
const PREPARED = 500

const TABLE_CHANGED = '0A000'
const NOT_PREPARED = '26000'
const PREPARED_TWICE = '42P05'

/** How statements reach the engine. */
export interface PostgresStatements {
  readonly q: Kysely<Tables>
  run<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]>
}

/** The names under which the engine keeps statements prepared, the same on every connection. */
export class StatementNames {
  #names = new Map<string, string>()
  #count = 0
  #on = true

  /** Undefined for what is not prepared. */
  of(sql: string): string | undefined {
    const known = this.#names.get(sql)
    if (known !== undefined) return known
    if (!this.#on || this.#names.size >= PREPARED) return undefined
    this.#count += 1
    const name = `foyer_${this.#count}`
    this.#names.set(sql, name)
    return name
  }

  /**
   * Whether a statement failed for having been prepared, and did nothing; tried again it succeeds.
   * Another process may have migrated its table: all are prepared anew. Or there is a pooler between
   * that does not keep them: from now on none is prepared.
   */
  wereToBlame(error: unknown): boolean {
    const { code, message } = error as { code?: unknown; message?: unknown }
    const migrated = code === TABLE_CHANGED && String(message).includes('cached plan')
    const pooled = code === NOT_PREPARED || code === PREPARED_TWICE
    if (!migrated && !pooled) return false
    if (pooled) this.#on = false
    this.#names.clear()
    return true
  }
}

/** What is sent in one turn goes out as one piece: a write to a socket wakes the other side up. */
export function inOnePiece(client: PoolClient): void {
  const { stream } = client.connection
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

async function ask<Result>(
  via: Pool | PoolClient,
  names: StatementNames,
  sql: string,
  parameters: readonly unknown[],
): Promise<Result[]> {
  const name = names.of(sql)
  const values = [...parameters]
  const statement = name === undefined ? { text: sql, values } : { name, text: sql, values }
  const { rows } = await via.query(statement)
  return rows as Result[]
}

/** Statements that belong to no transaction, each on any connection. */
export const poolStatements = (pool: Pool, names: StatementNames): PostgresStatements => ({
  q: new Kysely<Tables>({ dialect: new OwnSchemaDialect({ pool }) }),
  run: (sql, parameters) => ask(pool, names, sql, parameters),
})

const builders = new WeakMap<PoolClient, Kysely<Tables>>()

/** Statements on one connection, in their order; the next is sent before the last is answered. */
export const clientStatements = (
  client: PoolClient,
  names: StatementNames,
): PostgresStatements => ({
  get q() {
    return builderOn(client)
  },
  run: (sql, parameters) => {
    inOnePiece(client)
    return ask(client, names, sql, parameters)
  },
})

/** The query builder over one connection, made when it is first needed there. */
function builderOn(client: PoolClient): Kysely<Tables> {
  let builder = builders.get(client)
  if (builder === undefined) {
    const lent = { query: client.query.bind(client), release: () => undefined }
    const pool = { connect: () => Promise.resolve(lent), end: () => Promise.resolve(), options: {} }
    builder = new Kysely<Tables>({ dialect: new OwnSchemaDialect({ pool }) })
    builders.set(client, builder)
  }
  return builder
}

/** Statements through the query builder's own connection or transaction. */
export const builderStatements = (q: Kysely<Tables>): PostgresStatements => ({
  q,
  run: async <Result>(sql: string, parameters: readonly unknown[]) => {
    const { rows } = await q.executeQuery<Result>(CompiledQuery.raw(sql, [...parameters]))
    return rows
  },
})
