import { Readable } from 'node:stream'
import type { ByteRange } from '../lib/byte-range.ts'
import { passedThrough } from '../lib/young-garbage.ts'
import type { Database, Tx } from '../storage/database.ts'
import { assertFileId, FileMissingError, type FileStore } from './file-store.ts'
import { inPieces } from './pieces.ts'

const CHUNK_BYTES = 1024 * 1024
/** Small, since PostgreSQL's client has copies of what it reads; less would be slower. */
const READ_BYTES = 120 * 1024
const COPIES = 3

/**
 * Files in the database, in chunks of 1 MB with a transaction each: no file holds a transaction
 * open or stands whole in memory, and the database's own backup has them.
 */
export class DatabaseStore implements FileStore {
  readonly name = 'database'
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async put(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    assertFileId(id)
    let part = 0
    try {
      for await (const data of inPieces(bytes, CHUNK_BYTES)) await this.#write(id, part++, data)
      // A file without bytes is a file, too.
      if (part === 0) await this.#write(id, part, new Uint8Array())
    } catch (error) {
      await this.delete(id)
      throw error
    }
  }

  async get(id: string, range?: ByteRange): Promise<Readable> {
    assertFileId(id)
    const start = range?.start ?? 0
    const end = range?.end ?? Number.MAX_SAFE_INTEGER
    const first = await this.#read(id, start, end)
    if (first === undefined) throw new FileMissingError(`no file ${id} in the database`)
    return Readable.from(this.#pieces(id, first, start, end), { objectMode: false })
  }

  async delete(id: string): Promise<void> {
    assertFileId(id)
    await this.#db.transact((tx) => deleteChunks(tx, [id]))
  }

  freeBytes(): Promise<number | undefined> {
    return Promise.resolve(undefined)
  }

  async *#pieces(
    id: string,
    first: Uint8Array,
    start: number,
    end: number,
  ): AsyncGenerator<Uint8Array> {
    let position = start
    let data: Uint8Array | undefined = first
    while (data !== undefined && data.length > 0) {
      yield data
      passedThrough(data.length * COPIES)
      position += data.length
      if (position > end) return
      data = await this.#read(id, position, end)
    }
  }

  async #write(id: string, part: number, data: Uint8Array): Promise<void> {
    await this.#db.transact(async (tx) => {
      await tx.q.insertInto('file_chunk').values({ file_id: id, part, data }).execute()
    })
    passedThrough(data.length * COPIES)
  }

  /** What stands at `position`, as far as one read goes; nothing after the end. */
  async #read(id: string, position: number, end: number): Promise<Uint8Array | undefined> {
    const from = position % CHUNK_BYTES
    const length = Math.min(READ_BYTES, CHUNK_BYTES - from, end - position + 1)
    return this.#db.bytes(
      'select substr(data, $1, $2) from file_chunk where file_id = $3 and part = $4',
      [from + 1, length, id, Math.floor(position / CHUNK_BYTES)],
    )
  }
}

/** Removes the bytes of files in the transaction that removes the files. */
export async function deleteChunks(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.q
    .deleteFrom('file_chunk')
    .where('file_id', 'in', [...ids])
    .execute()
}
