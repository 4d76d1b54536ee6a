import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Topic } from '../lib/topics.ts'
import type { Row, Tables } from './tables.ts'

type Table = keyof Tables
/** Tables whose primary key is the single column `id`. */
type IdTable = { [Name in Table]: Tables[Name] extends { id: string } ? Name : never }[Table]

/** A handle to read with. Its statements see one engine's current, committed state. */
export interface Reader {
  /** Query builder over every table. */
  readonly q: Kysely<Tables>
  /**
   * Runs a hand-written hot statement, prepared once. Parameters are `$1`, `$2` ...; the text
   * must be constant (it is the cache key) and valid on both engines.
   */
  rows<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]>
}

/**
 * The write handle inside a transaction. Code that holds one awaits nothing else: on the embedded
 * engine the whole server shares the writer.
 */
export interface Tx extends Reader {
  /** Adds a row lock (until commit) to a select where the engine has row locks. */
  lock<From extends Table, Output>(
    query: SelectQueryBuilder<Tables, From, Output>,
  ): SelectQueryBuilder<Tables, From, Output>
  /**
   * Reads and locks rows by id, in id order (so that two transactions cannot deadlock). The ids
   * are distinct; `columns` must be a constant list.
   */
  lockRows<Name extends IdTable, Column extends keyof Row<Name> & string>(
    table: Name,
    ids: readonly string[],
    columns: readonly Column[],
  ): Promise<Pick<Row<Name>, Column>[]>
  /** Inserts rows that all have the same columns. */
  insertRows<Name extends Table>(table: Name, rows: readonly Partial<Row<Name>>[]): Promise<void>
  /**
   * Updates rows by id.
   * @param columns what is written, `id` among them; without it all rows have the same columns
   */
  updateRows<Name extends IdTable>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
    columns?: readonly (keyof Row<Name> & string)[],
  ): Promise<void>
  /** Calls `action` once the transaction is durable, before its caller is answered. */
  afterCommit(action: () => void): void
  /**
   * Says what the transaction moves, to be told once it is durable. Rows that are written with
   * `insertRows` and `updateRows` say it by themselves.
   */
  ring(topic: Topic): void
}

/**
 * Executes many inputs as one set. Returns one outcome an input, in order; an `Error` as outcome
 * refuses that input alone and must come before anything was written for it.
 */
export type BatchHandler<Input, Output> = (
  tx: Tx,
  inputs: readonly Input[],
) => Promise<(Output | Error)[]>

/** The storage port. Both engines pass one contract suite. */
export interface Database {
  /** Name for logs and metrics. */
  readonly engine: 'sqlite' | 'postgres'
  /**
   * Runs `work` atomically and resolves once it is on disk. Concurrent calls may share one commit;
   * each is rolled back alone when it throws.
   * @throws what `work` throws, or `StorageUnavailableError` when nothing could be written.
   */
  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /**
   * Declares a hot operation: calls that arrive while a commit runs are executed together as a set
   * in the next one.
   */
  batch<Input, Output>(handler: BatchHandler<Input, Output>): (input: Input) => Promise<Output>
  /** Reads committed state; statements of one `work` may see different moments. */
  read<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result>
  /** Reads as of one moment. */
  snapshot<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result>
  /**
   * The bytes in the one column of the one row that `sql` selects, without a copy more than there
   * has to be; undefined where there is no row, empty for null. Parameters as in `rows`.
   */
  bytes(sql: string, parameters: readonly (string | number)[]): Promise<Uint8Array | undefined>
  /** Drives what was deleted out of the engine's files, as far as the engine can. */
  purge(): Promise<void>
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>
}

/** `Database.bytes` by the usual way: one engine needs no other, one transaction has no other. */
export async function bytesByRows(
  reader: Reader,
  sql: string,
  parameters: readonly (string | number)[],
): Promise<Uint8Array | undefined> {
  const [row] = await reader.rows<Record<string, Uint8Array | null>>(sql, parameters)
  return row === undefined ? undefined : (Object.values(row)[0] ?? new Uint8Array())
}

/** Whom the storage tells of its commits: the metrics, and those who follow what is written. */
export interface CommitObserver {
  /** `operations` shared a commit that took `seconds`. */
  committed?(operations: number, seconds: number): void
  /** What an operation moved that is durable now. */
  rang?(topics: ReadonlySet<Topic>): void
}

/** Nothing could be written: disk full, database away, or stopping. Nothing was half-written. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError'
}

/** SQLite's extended codes for a primary key and a unique index; PostgreSQL's SQLSTATE. */
const UNIQUE_CODES: ReadonlySet<unknown> = new Set([1555, 2067, '23505'])

/** Whether a write lost a race for a unique value; looking again finds the winner. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  return UNIQUE_CODES.has(errcode) || UNIQUE_CODES.has(code)
}
