import { mkdir, open, rename, rm, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ByteRange } from '../lib/byte-range.ts'
import { StorageUnavailableError } from '../storage/database.ts'
import { assertFileId, FileMissingError, type FileStore } from './file-store.ts'

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700

/**
 * Files in a folder: written under a temporary name, synced, then renamed, so that a name stands
 * for whole bytes whenever the machine loses power.
 */
export class DiskStore implements FileStore {
  readonly name = 'disk'
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#pathOf(id)
    const temporary = `${path}.part`
    const file = await guarded(async () => {
      await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
      return open(temporary, 'w', OWNER_ONLY_FILE)
    })
    try {
      try {
        for await (const chunk of bytes) await guarded(() => writeAll(file, chunk))
        await guarded(() => file.sync())
      } finally {
        await file.close()
      }
      await guarded(async () => {
        await rename(temporary, path)
        await syncFolder(dirname(path))
      })
    } catch (error) {
      await this.delete(id)
      throw error
    }
  }

  async get(id: string, range?: ByteRange): Promise<Readable> {
    const path = this.#pathOf(id)
    const file = await guarded(async () => {
      try {
        return await open(path, 'r')
      } catch (error) {
        if (codeOf(error) === 'ENOENT') throw new FileMissingError(`no file ${id} on the disk`)
        throw error
      }
    })
    return file.createReadStream({ ...range })
  }

  async delete(id: string): Promise<void> {
    const path = this.#pathOf(id)
    await guarded(async () => {
      await rm(path, { force: true })
      await rm(`${path}.part`, { force: true })
    })
  }

  async freeBytes(): Promise<number | undefined> {
    return guarded(async () => {
      await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
      const { bavail, bsize } = await statfs(this.#folder)
      return bavail * bsize
    })
  }

  /** Spread over folders by the end of the id, which is random; its beginning is time. */
  #pathOf(id: string): string {
    assertFileId(id)
    return join(this.#folder, id.slice(-2), id)
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0
  while (offset < chunk.length) {
    offset += (await file.write(chunk, offset, chunk.length - offset)).bytesWritten
  }
}

/** A new name is durable once its folder is; Windows knows no such thing and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FileMissingError) throw error
    throw new StorageUnavailableError('the folder of files cannot be used', { cause: error })
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
