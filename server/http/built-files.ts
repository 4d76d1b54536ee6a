import { readdirSync, readFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyReply, FastifyRequest } from 'fastify'

const BUILD = fileURLToPath(new URL('../../build/', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.mp3': 'audio/mpeg',
}
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** A file for browsers, with its compressed forms. */
export interface BuiltFile {
  type: string
  etag: string
  plain: Buffer
  /** By the name that `Accept-Encoding` has for it. */
  encoded: Partial<Record<'br' | 'gzip', Buffer>>
}

/**
 * The files that `npm run build` made of one folder of pages. They are read when they are first
 * asked for and kept; names that the build did not make do not exist, whatever the disk holds.
 */
export class BuiltFiles {
  readonly #folder: string
  readonly #names: ReadonlySet<string>
  readonly #files = new Map<string, BuiltFile>()

  constructor(page: 'widget' | 'desk') {
    this.#folder = join(BUILD, page)
    this.#names = namesIn(this.#folder)
  }

  /** Whether there is a build at all. */
  get exist(): boolean {
    return this.#names.size > 0
  }

  /** The path of the file that begins so; names end in a hash of what is in them. */
  find(start: string): string | undefined {
    return this.#names.values().find((name) => name.startsWith(start) && name.endsWith('.js'))
  }

  /** The file of this path inside the build, e.g. `index.html`. */
  get(name: string): BuiltFile | undefined {
    if (!this.#names.has(name)) return undefined
    let file = this.#files.get(name)
    if (file === undefined) {
      try {
        file = this.#read(name)
      } catch {
        // A later build has taken its place while this server ran on.
        return undefined
      }
      this.#files.set(name, file)
    }
    return file
  }

  #read(name: string): BuiltFile {
    const plain = readFileSync(join(this.#folder, name))
    const encoded: BuiltFile['encoded'] = {}
    for (const [encoding, ending] of ENCODINGS) {
      if (this.#names.has(name + ending)) {
        encoded[encoding] = readFileSync(join(this.#folder, name + ending))
      }
    }
    return { type: typeOf(name), etag: etagOf(plain), plain, encoded }
  }
}

/** The tag that changes with the bytes. */
export const etagOf = (bytes: Buffer | string): string =>
  `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`

/** Sends a file in the best form that the browser reads, or tells it that it has it. */
export function sendBuilt(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, etag, plain, encoded }: BuiltFile,
): FastifyReply {
  reply.header('etag', etag)
  if (reply.getHeader('vary') === undefined) reply.header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  reply.type(type)
  const accepted = request.headers['accept-encoding'] ?? ''
  for (const [encoding] of ENCODINGS) {
    const bytes = encoded[encoding]
    if (bytes !== undefined && accepts(accepted, encoding)) {
      return reply.header('content-encoding', encoding).send(bytes)
    }
  }
  return reply.send(plain)
}

const accepts = (header: string, encoding: string): boolean =>
  header.split(',').some((entry) => {
    const [name = '', quality = ''] = entry.split(';')
    return name.trim() === encoding && !/^\s*q=0(?:\.0*)?\s*$/.test(quality)
  })

const typeOf = (name: string): string => TYPES[extname(name)] ?? 'application/octet-stream'

function namesIn(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    const start = folder.length + 1
    return new Set(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(start).replaceAll('\\', '/')),
    )
  } catch {
    return new Set()
  }
}
