import type { Readable } from 'node:stream'
import type { ByteRange } from '../lib/byte-range.ts'

/** Which store holds the bytes of a file; kept with the file, so that stores may be changed. */
export type StoreName = 'disk' | 'database' | 's3'

/**
 * Keeps the bytes of files by id. Ids are made by this server; nothing that a client chose reaches
 * a store. All stores pass one contract suite.
 */
export interface FileStore {
  readonly name: StoreName
  /**
   * Reads `bytes` to the end and resolves once they are durable. When it fails, or `bytes` throw,
   * nothing is kept.
   * @throws what `bytes` throw, or `StorageUnavailableError`
   */
  put(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * The bytes of a file, or a part of them, as a stream that reads no faster than it is read.
   * @throws FileMissingError, StorageUnavailableError
   */
  get(id: string, range?: ByteRange): Promise<Readable>
  /** Removes the bytes and what an interrupted `put` left; an absent file is no error. */
  delete(id: string): Promise<void>
  /** Bytes that can still be stored; undefined where nobody can say. */
  freeBytes(): Promise<number | undefined>
}

/** The stores of an installation. */
export interface FileStores {
  /** Where new files go. */
  readonly primary: FileStore
  /** @throws StorageUnavailableError for a store that is not configured any more */
  named(name: string): FileStore
}

/** A store does not hold this file. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError'
}

const ID = /^[A-Za-z0-9]{8,64}$/

/**
 * The last line of defence: an id that could be a path or a part of one is never used as a name.
 * @throws Error, which is a mistake of this program
 */
export function assertFileId(id: string): void {
  if (!ID.test(id)) throw new Error('a file id consists of letters and digits')
}
