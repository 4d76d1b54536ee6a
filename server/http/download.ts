import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { passedThrough } from '../lib/young-garbage.ts'

/** A file on its way to a client. */
export interface Download {
  status: 200 | 206 | 304 | 416
  headers: Record<string, string>
  /** Opens the bytes; absent where the status has none. Not called for HEAD. */
  open?: () => Promise<Readable>
}

/** A client that takes nothing for so long is gone, or keeps our memory busy on purpose. */
const IDLE_MS = 60_000

/** Sends a file; a client that goes away, or takes nothing for `idleMs`, ends the reading. */
export async function sendDownload(
  method: string,
  reply: FastifyReply,
  { status, headers, open }: Download,
  idleMs = IDLE_MS,
): Promise<FastifyReply> {
  // An empty stream keeps the length that the headers tell; no payload at all would reset it.
  const bytes = method === 'HEAD' ? Readable.from([]) : await open?.()
  // Not before somebody reads: a listener begins the flow, and the first bytes would be lost.
  bytes?.once('resume', () => {
    bytes.on('data', (piece: Uint8Array) => passedThrough(piece.length))
  })
  reply.code(status).headers(headers)
  // Node takes it back with the next request of the connection.
  reply.raw.setTimeout(idleMs, () => reply.raw.destroy())
  return reply.send(bytes)
}
