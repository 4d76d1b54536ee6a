import type { Config } from '../config.ts'
import { FileMissingError, type FileStores } from '../files/file-store.ts'
import { openFileStores } from '../files/open-stores.ts'
import { inPieces } from '../files/pieces.ts'
import { isoTime } from '../lib/clock.ts'
import { bytesByRows, type Database, type Reader } from '../storage/database.ts'
import { openSource } from '../storage/open.ts'
import type { Source } from '../storage/source.ts'
import { FORMAT, type Counts, type FileLine, type Header, type TableLine } from './archive.ts'
import { writeArchive } from './write-archive.ts'

/** A multiple of three, so that no piece but the last is padded. */
const PIECE_BYTES = 768 * 1024
/** Bytes of files are archived as files, whichever store has them. */
const CHUNKS = 'file_chunk'

/** What a backup holds, and which files had gone before they could be read. */
export interface BackupReport extends Counts {
  missing: number
}

/**
 * Writes one archive of everything an installation holds, as of one moment, beside the server that
 * may be running on it. The archive does not depend on the engine.
 * @throws NoInstallationError, SchemaTooNewError, StorageUnavailableError
 */
export async function backUp(
  config: Pick<Config, 'storage' | 's3'>,
  path: string,
  version: string,
): Promise<BackupReport> {
  const source = await openSource(config.storage)
  try {
    const stores = openFileStores(config, readOnly(source.reader))
    const report: BackupReport = { rows: 0, files: 0, bytes: 0, missing: 0 }
    await writeArchive(path, linesOf(source, stores, version, report), () => ({
      end: true,
      rows: report.rows,
      files: report.files,
      bytes: report.bytes,
    }))
    return report
  } finally {
    await source.close()
  }
}

async function* linesOf(
  source: Source,
  stores: FileStores,
  version: string,
  report: BackupReport,
): AsyncGenerator<unknown> {
  const at = isoTime(Date.now())
  const { migrations } = source
  yield { foyer: 'backup', format: FORMAT, version, at, migrations } satisfies Header
  for (const [table, columns] of source.schema) {
    if (table === CHUNKS) continue
    yield { table, columns } satisfies TableLine
    for await (const row of source.rows(table)) {
      report.rows++
      yield row
    }
  }
  const columns = source.schema.get('file')
  if (columns === undefined) return
  const [id, store] = [columns.indexOf('id'), columns.indexOf('store')]
  const files: { id: string; store: string }[] = []
  for await (const row of source.rows('file')) {
    files.push({ id: String(row[id]), store: String(row[store]) })
  }
  for (const file of files) yield* bytesOf(file, stores, report)
}

async function* bytesOf(
  file: { id: string; store: string },
  stores: FileStores,
  report: BackupReport,
): AsyncGenerator<unknown> {
  let bytes: AsyncIterable<Uint8Array>
  try {
    bytes = await stores.named(file.store).get(file.id)
  } catch (error) {
    // Deleted since the moment that this backup holds.
    if (!(error instanceof FileMissingError)) throw error
    report.missing++
    return
  }
  report.files++
  yield { file: file.id } satisfies FileLine
  for await (const piece of inPieces(bytes, PIECE_BYTES)) {
    report.bytes += piece.length
    yield piece.toString('base64')
  }
}

/** The moment of the backup, for a store that keeps files in the database. */
function readOnly(reader: Reader): Database {
  const refuse = (): never => {
    throw new Error('a backup writes nothing')
  }
  return {
    engine: 'postgres',
    transact: refuse,
    batch: refuse,
    read: (work) => work(reader),
    snapshot: (work) => work(reader),
    bytes: (sql, parameters) => bytesByRows(reader, sql, parameters),
    purge: refuse,
    close: refuse,
  }
}
