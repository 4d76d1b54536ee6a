import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Config } from '../config.ts'
import { REMOVE_FILE } from '../features/files/store.ts'
import { removeOfflineMessage } from '../features/offline-messages/store.ts'
import { removeRoom } from '../features/rooms/removal.ts'
import { erasureOf, rememberErasures, type ErasedKind } from '../features/visitors/erasures.ts'
import { eraseVisitor } from '../features/visitors/store.ts'
import { assertFileId, type FileStore } from '../files/file-store.ts'
import { openFileStores } from '../files/open-stores.ts'
import { JobQueue } from '../jobs/queue.ts'
import { systemClock } from '../lib/clock.ts'
import type { Database, Tx } from '../storage/database.ts'
import { knowsMigrations } from '../storage/migrate.ts'
import { openRestoring, type StorageTarget } from '../storage/open.ts'
import type { Restoring } from '../storage/restoring.ts'
import { schemaAfter, type Schema } from '../storage/schema.ts'
import { ArchiveError, type Counts, type Header } from './archive.ts'
import { readArchive, type Part } from './read-archive.ts'

/** Rows inserted by one statement where the engine takes several. */
const ROWS_AT_ONCE = 500

/**
 * What was restored, and how many visitors, conversations and offline messages of the archive had
 * been erased since.
 */
export interface RestoreReport extends Counts {
  erased: number
}

/** Where and how to restore. */
export interface RestoreOptions {
  config: Pick<Config, 'storage' | 's3'>
  /** Whether an existing installation may be replaced. */
  replace: boolean
}

/**
 * Puts an archive in the place of an installation, all or nothing: it is verified to its end before
 * anything is touched, and a process that dies in the middle leaves what was there. What the
 * installation or the archive knows as erased is erased again.
 * @throws ArchiveError, InstallationExistsError, DataFolderInUseError, DatabaseInUseError
 */
export async function restore(path: string, options: RestoreOptions): Promise<RestoreReport> {
  const { header, schema } = await verify(path)
  const restoring = await openRestoring(options.config.storage, options.replace)
  try {
    await restoring.createTables(header.migrations)
    const report = await load(path, schema, restoring, options)
    await restoring.commit()
    return report
  } catch (error) {
    await restoring.abandon()
    throw error
  }
}

/** Reads the whole archive once. @throws ArchiveError */
async function verify(path: string): Promise<{ header: Header; schema: Schema }> {
  let known: { header: Header; schema: Schema } | undefined
  for await (const part of readArchive(path)) {
    if (part.kind === 'header') {
      if (!knowsMigrations(part.migrations)) {
        throw new ArchiveError(`${path} was written by a newer release of Foyer`)
      }
      known = { header: part, schema: await schemaAfter(part.migrations) }
    } else if (part.kind === 'table') {
      const columns = known?.schema.get(part.table)
      if (columns?.join() !== part.columns.join()) throw unexpected(path, part.table)
    }
  }
  if (known === undefined) throw new ArchiveError(`${path} is no backup of Foyer`)
  return known
}

const unexpected = (path: string, what: string): ArchiveError =>
  new ArchiveError(`${path} holds something that is no part of Foyer: ${what}`)

async function load(
  path: string,
  schema: Schema,
  restoring: Restoring,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const report: RestoreReport = { rows: 0, files: 0, bytes: 0, erased: 0 }
  const rows = new RowLoader(restoring)
  let files: FileLoader | undefined
  for await (const part of readArchive(path)) {
    if (part.kind === 'table') await rows.begin(part.table, schema.get(part.table) ?? [])
    else if (part.kind === 'row') {
      report.rows++
      await rows.add(part.values)
    } else if (part.kind === 'file' || part.kind === 'bytes') {
      files ??= await finishRows(rows, restoring, options, report)
      await files.take(part)
    }
  }
  files ??= await finishRows(rows, restoring, options, report)
  await files.end()
  return { ...report, files: files.files, bytes: files.bytes }
}

/** Collects rows into inserts of some hundred. */
class RowLoader {
  readonly #restoring: Restoring
  #table = ''
  #columns: readonly string[] = []
  #rows: unknown[][] = []

  constructor(restoring: Restoring) {
    this.#restoring = restoring
  }

  async begin(table: string, columns: readonly string[]): Promise<void> {
    await this.end()
    this.#table = table
    this.#columns = columns
  }

  async add(row: unknown[]): Promise<void> {
    this.#rows.push(row)
    if (this.#rows.length >= ROWS_AT_ONCE) await this.end()
  }

  async end(): Promise<void> {
    if (this.#rows.length === 0) return
    await this.#restoring.insert(this.#table, this.#columns, this.#rows)
    this.#rows = []
  }
}

async function finishRows(
  rows: RowLoader,
  restoring: Restoring,
  { config }: RestoreOptions,
  report: RestoreReport,
): Promise<FileLoader> {
  await rows.end()
  const db = await restoring.finishRows()
  report.erased = await eraseAgain(db, restoring)
  const storage: StorageTarget =
    restoring.folder === undefined ? config.storage : { kind: 'sqlite', folder: restoring.folder }
  const store = openFileStores({ storage, s3: config.s3 }, db).primary
  const ids = await moveFiles(db, store)
  return new FileLoader(store, ids)
}

/** Erases what either installation has erased. @returns how much there was */
async function eraseAgain(db: Database, restoring: Restoring): Promise<number> {
  const jobs = new JobQueue(systemClock)
  await db.transact((tx) => rememberErasures(tx, restoring.erased))
  const again: Record<ErasedKind, (tx: Tx, id: string) => Promise<unknown>> = {
    visitor: (tx, id) => eraseVisitor(tx, id, jobs, systemClock.now()),
    room: (tx, id) => removeRoom(tx, jobs, id),
    'offline-message': removeOfflineMessage,
  }
  let erased = 0
  for (const kind of ['visitor', 'room', 'offline-message'] as const) {
    for (const id of await erasedIn(db, kind)) {
      await db.transact((tx) => again[kind](tx, id))
      erased++
    }
  }
  return erased
}

/** Ids of a kind that stand in the restored data although they are known as erased. */
async function erasedIn(db: Database, kind: ErasedKind): Promise<string[]> {
  const table = kind === 'offline-message' ? 'offline_message' : kind
  const known = await db.read(({ q }) =>
    q.selectFrom('erasure').select('id').where('kind', '=', kind).execute(),
  )
  if (known.length === 0) return []
  const erased = new Set(known.map(({ id }) => id))
  const rows = await db.read(({ q }) => q.selectFrom(table).select('id').execute())
  return rows.flatMap(({ id }) => (erased.has(erasureOf(id)) ? [id] : []))
}

/** Files and planned removals name the store of the new place. @returns the files to be stored */
function moveFiles(db: Database, store: FileStore): Promise<Set<string>> {
  return db.transact(async (tx) => {
    await tx.q.updateTable('file').set({ store: store.name }).execute()
    const removals = await tx.q
      .selectFrom('job')
      .select(['id', 'payload'])
      .where('kind', '=', REMOVE_FILE)
      .execute()
    await tx.updateRows(
      'job',
      removals.map(({ id, payload }) => ({
        id,
        payload: JSON.stringify({ ...JSON.parse(payload), store: store.name }),
      })),
    )
    const files = await tx.q.selectFrom('file').select('id').execute()
    return new Set(files.map(({ id }) => id))
  })
}

/** Hands the bytes of one file after the other to a store. */
class FileLoader {
  files = 0
  bytes = 0
  readonly #store: FileStore
  readonly #wanted: ReadonlySet<string>
  #open: { pipe: PassThrough; stored: Promise<void> } | undefined

  constructor(store: FileStore, wanted: ReadonlySet<string>) {
    this.#store = store
    this.#wanted = wanted
  }

  async take(part: Extract<Part, { kind: 'file' | 'bytes' }>): Promise<void> {
    if (part.kind === 'bytes') {
      if (this.#open === undefined) return
      const { pipe, stored } = this.#open
      this.bytes += part.bytes.length
      if (!pipe.write(part.bytes)) await Promise.race([once(pipe, 'drain'), stored])
      return
    }
    await this.end()
    // Its visitor or its conversation was erased.
    if (!this.#wanted.has(part.file)) return
    assertFileId(part.file)
    this.files++
    const pipe = new PassThrough()
    const stored = this.#store.put(part.file, pipe)
    // Awaited in `end`; until then a failure is no unhandled rejection.
    stored.catch(() => undefined)
    this.#open = { pipe, stored }
  }

  async end(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    open?.pipe.end()
    await open?.stored
  }
}
