import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from './database.ts'
import { syncFile, syncFolder } from './folders.ts'
import { migrate } from './migrate.ts'
import { InstallationExistsError, type Restoring } from './restoring.ts'
import { quoted } from './schema.ts'
import { lockDataFolder } from './sqlite-lock.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import { databaseFile, kyselyOver, SQLITE_MIGRATIONS, SqliteDatabase } from './sqlite.ts'
import type { Row } from './tables.ts'

/** Rows after which what is written so far goes to the disk. */
const ROWS_TO_SYNC = 10_000

const partialOf = (folder: string): string => join(folder, 'restore.partial')
const readyOf = (folder: string): string => join(folder, 'restore.ready')
const filesOf = (folder: string): string => join(folder, 'files')

/**
 * Ends what a restore has begun, whenever its process died: an unfinished one is dropped, a
 * finished one takes the place of the old data. May itself be interrupted and run again. The
 * caller holds the folder.
 */
export function settleRestore(folder: string): void {
  rmSync(partialOf(folder), { recursive: true, force: true })
  const ready = readyOf(folder)
  if (!existsSync(ready)) return
  const file = databaseFile(folder)
  if (existsSync(databaseFile(ready))) {
    // The old database's log must not be applied to the new one.
    for (const log of ['-wal', '-shm', '-journal']) rmSync(file + log, { force: true })
    renameSync(databaseFile(ready), file)
    syncFolder(folder)
  }
  if (existsSync(filesOf(ready))) {
    rmSync(filesOf(folder), { recursive: true, force: true })
    renameSync(filesOf(ready), filesOf(folder))
    syncFolder(folder)
  }
  rmSync(ready, { recursive: true, force: true })
}

/** @throws DataFolderInUseError, InstallationExistsError */
export function restoreIntoFolder(folder: string, replace: boolean): Restoring {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockDataFolder(folder)
  try {
    settleRestore(folder)
    const exists = existsSync(databaseFile(folder))
    if (exists && !replace) {
      throw new InstallationExistsError(`there is a Foyer in the folder ${folder} already`)
    }
    return new SqliteRestoring(folder, exists ? erasedIn(databaseFile(folder)) : [], unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function erasedIn(file: string): Row<'erasure'>[] {
  const old = new DatabaseSync(file)
  try {
    const known = old.prepare("select 1 from sqlite_master where name = 'erasure'").get()
    if (known === undefined) return []
    return old.prepare('select id, kind, at from erasure').all() as unknown as Row<'erasure'>[]
  } finally {
    old.close()
  }
}

class SqliteRestoring implements Restoring {
  readonly erased: readonly Row<'erasure'>[]
  readonly folder: string
  readonly #target: string
  readonly #unlock: () => void
  readonly #connection: DatabaseSync
  readonly #statements: SqliteStatements
  #finished: SqliteDatabase | undefined
  #begun = false
  #unsynced = 0

  constructor(target: string, erased: readonly Row<'erasure'>[], unlock: () => void) {
    this.erased = erased
    this.#target = target
    this.#unlock = unlock
    this.folder = partialOf(target)
    mkdirSync(filesOf(this.folder), { recursive: true, mode: 0o700 })
    this.#connection = new DatabaseSync(databaseFile(this.folder))
    // What a crash leaves of this file is thrown away, so nothing has to wait for the disk but the end.
    this.#connection.exec('pragma journal_mode = off; pragma synchronous = off')
    this.#connection.exec('pragma cache_size = -65536')
    this.#statements = new SqliteStatements(this.#connection)
  }

  async createTables(migrations: readonly string[]): Promise<void> {
    await this.#migrate(migrations.at(-1))
    this.#connection.exec('begin')
    this.#begun = true
  }

  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly unknown[][],
  ): Promise<void> {
    const places = columns.map(() => '?').join(', ')
    const statement = this.#statements.prepare(
      `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${places})`,
    )
    for (const row of rows) statement.run(row)
    this.#unsynced += rows.length
    if (this.#unsynced < ROWS_TO_SYNC) return
    this.#unsynced = 0
    // All at once at the end would hold up for as long whoever else writes to this disk.
    const file = await open(databaseFile(this.folder), 'r+')
    try {
      await file.datasync()
    } finally {
      await file.close()
    }
  }

  async finishRows(): Promise<Database> {
    this.#connection.exec('commit')
    this.#begun = false
    await this.#migrate()
    this.#connection.close()
    this.#finished = new SqliteDatabase(databaseFile(this.folder), {}, () => undefined)
    return this.#finished
  }

  async commit(): Promise<void> {
    await this.#finished?.close()
    syncFile(databaseFile(this.folder))
    syncFolder(this.folder)
    // From this name on the new data is the data.
    renameSync(this.folder, readyOf(this.#target))
    syncFolder(this.#target)
    settleRestore(this.#target)
    this.#unlock()
  }

  async abandon(): Promise<void> {
    if (this.#finished === undefined) {
      if (this.#begun) this.#connection.exec('rollback')
      this.#connection.close()
    } else await this.#finished.close()
    settleRestore(this.#target)
    this.#unlock()
  }

  #migrate(last?: string): Promise<void> {
    const db = kyselyOver(this.#statements) as unknown as Kysely<unknown>
    return migrate(db, SQLITE_MIGRATIONS, last)
  }
}
