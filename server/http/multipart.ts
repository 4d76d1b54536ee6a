import { Socket } from 'node:net'
import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../contract/errors.ts'
import type { IncomingFile, IncomingForm } from '../files/incoming.ts'
import { passedThrough } from '../lib/young-garbage.ts'

const FILE_FIELD = 'file'
/** The size of a file is the business of who reads it; here only the frame is bounded. */
export const FORM_LIMITS = {
  files: 1,
  fileSize: Infinity,
  fields: 20,
  fieldSize: 100_000,
  fieldNameSize: 100,
  parts: 21,
  headerPairs: 20,
} as const

/** A sender who says nothing for so long is gone. */
const IDLE_MS = 60_000
/** A form that is not whole by then never will be: this is 30 kB a second for the largest file. */
const WHOLE_FORM_MS = 60 * 60_000
/** What a refused sender may still send before his connection is cut. */
const DRAIN_BYTES = 64 * 1024 * 1024
const DRAIN_MS = 10_000

/** The form of a request, read as a stream. */
export class MultipartForm<Fields> implements IncomingForm<Fields> {
  readonly #request: FastifyRequest
  readonly #check: (fields: unknown) => Fields

  /** @param check validates the fields beside the file, by the contract */
  constructor(request: FastifyRequest, check: (fields: unknown) => Fields) {
    this.#request = request
    this.#check = check
  }

  get announcedBytes(): number | undefined {
    const length = this.#request.headers['content-length']
    return length === undefined ? undefined : Number(length)
  }

  async read<Taken>(
    take: (file: IncomingFile) => Promise<Taken>,
  ): Promise<{ taken: Taken; fields: Fields }> {
    if (!this.#request.isMultipart()) {
      throw new ApiError('invalid-params', { reason: 'Send the file as multipart/form-data' })
    }
    const fields: Record<string, string> = {}
    let taken: { value: Taken } | undefined
    for await (const part of partsOf(this.#request)) {
      if (part.type === 'field') {
        fields[part.fieldname] = textOf(part)
        continue
      }
      try {
        if (part.fieldname !== FILE_FIELD) throw new ApiError('invalid-field')
        taken = { value: await take(incoming(part)) }
      } finally {
        part.file.destroy()
      }
    }
    if (taken === undefined) throw new ApiError('invalid-field')
    return { taken: taken.value, fields: this.#check(fields) }
  }
}

/** The parts as they come; what the parser throws is the client's mistake, never a 500. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<MultipartFile | MultipartValue> {
  const parts = request.parts({ limits: FORM_LIMITS })
  for (;;) {
    const next = await parts.next().catch((error: unknown) => {
      throw unreadable(error)
    })
    if (next.done === true) return
    yield next.value
  }
}

async function* bytesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk
  } catch (error) {
    throw unreadable(error)
  }
}

const incoming = (part: MultipartFile): IncomingFile => ({
  name: part.filename ?? '',
  claimedType: part.mimetype,
  bytes: bytesOf(part.file),
})

function textOf(part: MultipartValue): string {
  const { value } = part
  if (typeof value !== 'string' || part.fieldnameTruncated || part.valueTruncated) {
    throw new ApiError('invalid-params', { reason: `${part.fieldname} must be a shorter string` })
  }
  if (value.includes('\u0000')) {
    throw new ApiError('invalid-params', { reason: 'Texts must not contain U+0000' })
  }
  return value.toWellFormed()
}

const unreadable = (cause: unknown): ApiError =>
  new ApiError('invalid-params', {
    reason: `The form cannot be read: ${cause instanceof Error ? cause.message : 'it is broken'}`,
  })

/** Sockets that a form is coming over; it may take longer than other requests. */
const sendingForms = new WeakSet<Socket>()

/** Whether a form is coming over this socket, which has bounds of its own. */
export const isSendingForm = (socket: Socket): boolean => sendingForms.has(socket)

/**
 * Bounds what a sender can do to this server beside sending a form: one who falls silent is cut
 * off, and one who was answered before he had sent all may finish within bounds, so that he gets
 * to read the answer, and is cut off then.
 */
export function boundSending(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request
  // A request made inside this process has no socket to bound.
  if (!(raw.socket instanceof Socket)) return
  const { socket } = raw
  socket.setTimeout(IDLE_MS)
  sendingForms.add(socket)
  const whole = setTimeout(() => socket.destroy(), WHOLE_FORM_MS)
  whole.unref()
  const ended = (): void => {
    clearTimeout(whole)
    sendingForms.delete(socket)
  }
  raw.once('end', ended)
  socket.once('close', ended)
  // Begun here, the reading is ours: what nobody has begun to read Node drains without a bound.
  raw.read(0)
  reply.raw.once('finish', () => {
    if (raw.complete || socket.destroyed) return
    const cut = (): void => {
      if (!raw.complete) socket.destroy()
    }
    const late = setTimeout(cut, DRAIN_MS)
    late.unref()
    socket.once('close', () => clearTimeout(late))
    raw.once('end', () => clearTimeout(late))
    let left = DRAIN_BYTES
    raw.on('data', (piece: Buffer) => {
      left -= piece.length
      passedThrough(piece.length)
      if (left < 0) cut()
    })
    // Whoever stopped reading the form has stopped the stream.
    raw.resume()
  })
}
