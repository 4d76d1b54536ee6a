import { Readable } from 'node:stream'
import type { ByteRange } from '../lib/byte-range.ts'
import type { Database, Tx } from '../storage/database.ts'
import { assertFileId, FileMissingError, type FileStore } from './file-store.ts'
import { inPieces } from './pieces.ts'

const CHUNK_BYTES = 1024 * 1024

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
    const first = await this.#read(id, Math.floor(start / CHUNK_BYTES))
    if (first === undefined) throw new FileMissingError(`no file ${id} in the database`)
    return Readable.from(this.#chunks(id, first, start, range?.end), { objectMode: false })
  }

  async delete(id: string): Promise<void> {
    assertFileId(id)
    await this.#db.transact((tx) => deleteChunks(tx, [id]))
  }

  freeBytes(): Promise<number | undefined> {
    return Promise.resolve(undefined)
  }

  async *#chunks(
    id: string,
    first: Uint8Array,
    start: number,
    end: number = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<Uint8Array> {
    let part = Math.floor(start / CHUNK_BYTES)
    let data: Uint8Array | undefined = first
    while (data !== undefined && part * CHUNK_BYTES <= end) {
      const from = Math.max(0, start - part * CHUNK_BYTES)
      const to = Math.min(data.length, end - part * CHUNK_BYTES + 1)
      if (to > from) yield data.subarray(from, to)
      if (data.length < CHUNK_BYTES) return
      part++
      data = await this.#read(id, part)
    }
  }

  async #write(id: string, part: number, data: Uint8Array): Promise<void> {
    await this.#db.transact(async (tx) => {
      await tx.q.insertInto('file_chunk').values({ file_id: id, part, data }).execute()
    })
  }

  async #read(id: string, part: number): Promise<Uint8Array | undefined> {
    const row = await this.#db.read((reader) =>
      reader.q
        .selectFrom('file_chunk')
        .select('data')
        .where('file_id', '=', id)
        .where('part', '=', part)
        .executeTakeFirst(),
    )
    return row?.data
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
