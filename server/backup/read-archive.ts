import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { FORMAT, ArchiveError, type FileLine, type Header, type TableLine } from './archive.ts'
import type { Counts, Trailer } from './archive.ts'

/** A row is a message with all that belongs to it; this is far beyond any that Foyer stores. */
const MAX_LINE_BYTES = 64 * 1024 * 1024
const NEWLINE = 0x0a

/** What an archive consists of, in the order of its lines. */
export type Part =
  | ({ kind: 'header' } & Header)
  | ({ kind: 'table' } & TableLine)
  | { kind: 'row'; values: unknown[] }
  | ({ kind: 'file' } & FileLine)
  | { kind: 'bytes'; bytes: Buffer }

/**
 * Reads an archive part by part, and ends well only if it was whole and unchanged.
 * @throws ArchiveError
 */
export async function* readArchive(path: string): AsyncGenerator<Part> {
  const counts: Counts = { rows: 0, files: 0, bytes: 0 }
  const digest = createHash('sha256')
  let section: 'none' | 'rows' | 'bytes' = 'none'
  let first = true
  let trailer: Trailer | undefined
  for await (const line of linesOf(path)) {
    if (trailer !== undefined) throw broken(path)
    const value = parsed(line, path, first)
    if (first) {
      yield { kind: 'header', ...headerOf(value, path) }
      first = false
    } else if (Array.isArray(value)) {
      if (section !== 'rows') throw broken(path)
      counts.rows++
      yield { kind: 'row', values: value as unknown[] }
    } else if (typeof value === 'string') {
      if (section !== 'bytes') throw broken(path)
      const bytes = Buffer.from(value, 'base64')
      counts.bytes += bytes.length
      yield { kind: 'bytes', bytes }
    } else if (isTable(value)) {
      section = 'rows'
      yield { kind: 'table', table: value.table, columns: value.columns }
    } else if (isFile(value)) {
      section = 'bytes'
      counts.files++
      yield { kind: 'file', file: value.file }
    } else if (isTrailer(value)) {
      trailer = value
      continue
    } else throw broken(path)
    digest.update(line).update('\n')
  }
  if (first) throw foreign(path)
  const whole =
    trailer !== undefined &&
    trailer.rows === counts.rows &&
    trailer.files === counts.files &&
    trailer.bytes === counts.bytes &&
    trailer.sha256 === digest.digest('hex')
  if (!whole) throw broken(path)
}

const foreign = (path: string): ArchiveError => new ArchiveError(`${path} is no backup of Foyer`)

const broken = (path: string): ArchiveError =>
  new ArchiveError(`${path} is damaged or not whole, nothing was restored`)

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const source = file.pipe(createGunzip())
  file.on('error', (error) => source.destroy(error))
  let held: Buffer[] = []
  let heldBytes = 0
  let read = 0
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      read += chunk.length
      let start = 0
      for (;;) {
        const end = chunk.indexOf(NEWLINE, start)
        if (end === -1) break
        held.push(chunk.subarray(start, end))
        yield held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
        held = []
        heldBytes = 0
        start = end + 1
      }
      if (start === chunk.length) continue
      held.push(chunk.subarray(start))
      heldBytes += chunk.length - start
      if (heldBytes > MAX_LINE_BYTES) throw broken(path)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw error
    throw read === 0 ? foreign(path) : broken(path)
  } finally {
    file.destroy()
  }
  if (heldBytes > 0) throw read > heldBytes ? broken(path) : foreign(path)
}

function parsed(line: Buffer, path: string, first: boolean): unknown {
  try {
    return JSON.parse(line.toString())
  } catch {
    throw first ? foreign(path) : broken(path)
  }
}

function headerOf(value: unknown, path: string): Header {
  const header = value as Partial<Header> | null
  if (typeof header !== 'object' || header?.foyer !== 'backup') throw foreign(path)
  if (typeof header.format === 'number' && header.format > FORMAT) {
    throw new ArchiveError(`${path} was written by a newer release of Foyer`)
  }
  if (header.format !== FORMAT || !isTexts(header.migrations)) throw broken(path)
  return header as Header
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isTable = (value: unknown): value is TableLine =>
  typeof (value as TableLine | null)?.table === 'string' && isTexts((value as TableLine).columns)

const isFile = (value: unknown): value is FileLine =>
  typeof (value as FileLine | null)?.file === 'string'

const isTrailer = (value: unknown): value is Trailer => (value as Trailer | null)?.end === true
