import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { PoolClient } from 'pg'
import type { Topic } from '../lib/topics.ts'
import type { CommitObserver, Reader, Tx } from './database.ts'
import {
  clientStatements,
  inOnePiece,
  type PostgresStatements,
  type StatementNames,
} from './postgres-statements.ts'
import { ringRows } from './rings.ts'
import { rowPicker } from './row-code.ts'
import type { Row, Tables } from './tables.ts'

/** Reads through a pool, a connection or a transaction. */
export class PostgresReader implements Reader {
  readonly #statements: PostgresStatements

  constructor(statements: PostgresStatements) {
    this.#statements = statements
  }

  get q(): Kysely<Tables> {
    return this.#statements.q
  }

  rows<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]> {
    return this.#statements.run(sql, parameters)
  }
}

/** Writes through a transaction. */
export class PostgresTx extends PostgresReader implements Tx {
  readonly #topics = new Set<Topic>()
  #afterCommit: (() => void)[] = []

  lock<From extends keyof Tables, Output>(
    query: SelectQueryBuilder<Tables, From, Output>,
  ): SelectQueryBuilder<Tables, From, Output> {
    return query.forUpdate()
  }

  lockRows<Name extends keyof Tables, Column extends keyof Row<Name> & string>(
    table: Name,
    ids: readonly string[],
    columns: readonly Column[],
  ): Promise<Pick<Row<Name>, Column>[]> {
    const list = columns.map((column) => `"${column}"`).join(', ')
    return this.rows(
      `select ${list} from "${table}" where id = any($1::text[]) order by id for update`,
      [ids],
    )
  }

  async insertRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
  ): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const columns = Object.keys(first)
      .map((column) => `"${column}"`)
      .join(', ')
    await this.write(
      `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1::json)`,
      JSON.stringify(rows),
    )
    ringRows(this.#topics, table, rows)
  }

  async updateRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
    columns?: readonly string[],
  ): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const changes = (columns ?? Object.keys(first))
      .filter((column) => column !== 'id')
      .map((column) => `"${column}" = changed."${column}"`)
      .join(', ')
    await this.write(
      `update "${table}" set ${changes} from json_populate_recordset(null::"${table}", $1::json) changed where "${table}".id = changed.id`,
      JSON.stringify(columns === undefined ? rows : rows.map(rowPicker(columns))),
    )
    ringRows(this.#topics, table, rows)
  }

  afterCommit(action: () => void): void {
    this.#afterCommit.push(action)
  }

  ring(topic: Topic): void {
    this.#topics.add(topic)
  }

  runAfterCommit(observer: CommitObserver): void {
    for (const action of this.#afterCommit) action()
    if (this.#topics.size > 0) observer.rang?.(this.#topics)
  }

  /** Runs a statement that nobody reads an answer of. */
  protected async write(sql: string, rows: string): Promise<void> {
    await this.rows(sql, [rows])
  }
}

/**
 * A transaction on a connection of its own. What needs no answer is sent and not waited for: its
 * beginning, and the rows that it writes. Where one of these fails, so does every statement after
 * it and at last the commit, which then throws what failed first.
 */
export class PipelinedTx extends PostgresTx {
  readonly #client: PoolClient
  readonly #sent: Promise<unknown>[] = []
  #failed: { error: unknown } | undefined

  constructor(client: PoolClient, names: StatementNames) {
    super(clientStatements(client, names))
    this.#client = client
    inOnePiece(client)
    this.#send(client.query('begin'))
  }

  async commit(): Promise<void> {
    inOnePiece(this.#client)
    const committed = this.#client.query('commit')
    await Promise.all([...this.#sent, committed])
    // The engine answers so where it took everything back.
    if ((await committed).command !== 'COMMIT') throw new Error('the transaction was taken back')
  }

  /** Takes everything back. Returns what made it necessary, `error` unless something failed first. */
  async rollback(error: unknown): Promise<unknown> {
    await this.#client.query('rollback')
    return this.#failed === undefined ? error : this.#failed.error
  }

  protected override write(sql: string, rows: string): Promise<void> {
    this.#send(this.rows(sql, [rows]))
    return Promise.resolve()
  }

  #send(answer: Promise<unknown>): void {
    answer.catch((error: unknown) => (this.#failed ??= { error }))
    this.#sent.push(answer)
  }
}
