import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import { syncFolder } from '../storage/folders.ts'
import type { Trailer } from './archive.ts'

const OWNER_ONLY = 0o600
/** Lines are handed on in pieces of about this size; each piece is one call of the compressor. */
const PIECE_BYTES = 256 * 1024

/** What is written as lines: JSON values, each a line of its own. */
export type Lines = AsyncIterable<unknown>

/**
 * Writes an archive: lines, then a trailer that `trailer` completes with the counts. The file
 * appears under its name once it is whole and durable.
 */
export async function writeArchive(
  path: string,
  lines: Lines,
  trailer: () => Omit<Trailer, 'sha256'>,
): Promise<void> {
  const partial = `${path}.partial`
  // An archive holds everything that was ever said.
  const file = await open(partial, 'w', OWNER_ONLY)
  try {
    try {
      await file.chmod(OWNER_ONLY)
      await pipeline(
        Readable.from(pieces(lines, trailer), { objectMode: true, highWaterMark: 2 }),
        createGzip({ level: constants.Z_BEST_SPEED }),
        async (compressed: AsyncIterable<Buffer>) => {
          for await (const chunk of compressed) await file.writeFile(chunk)
        },
      )
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function* pieces(
  lines: Lines,
  trailer: () => Omit<Trailer, 'sha256'>,
): AsyncGenerator<Buffer> {
  const digest = createHash('sha256')
  let text = ''
  const piece = (): Buffer => {
    const bytes = Buffer.from(text)
    text = ''
    digest.update(bytes)
    return bytes
  }
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`
    if (text.length >= PIECE_BYTES) yield piece()
  }
  yield piece()
  yield Buffer.from(`${JSON.stringify({ ...trailer(), sha256: digest.digest('hex') })}\n`)
}
