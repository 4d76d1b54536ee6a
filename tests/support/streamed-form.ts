import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

const PIECE_BYTES = 64 * 1024
/** Like pictures and archives it cannot be made smaller, neither on the way nor where it is kept. */
const TEXT = randomBytes((PIECE_BYTES / 4) * 3).toString('base64')
const PIECE = Buffer.from(`${PIECE_BYTES.toString(16)}\r\n${TEXT}\r\n`)

/** How an upload ended, as its sender saw it. */
export interface StreamedAnswer {
  /** Undefined when the connection ended without an answer. */
  status: number | undefined
  body: Record<string, unknown> | undefined
  /** Bytes of the file handed to the connection; what is in its buffers counts. */
  sent: number
  /** The server ended the connection before everything was sent. */
  cutOff: boolean
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

/**
 * Uploads `size` bytes (any number, they are made on the way) to a server at `url`, without saying
 * beforehand how many come, and goes on until all are sent or the server has had enough. Written
 * on a bare socket: Node's own client stops sending once it has an answer.
 */
export async function streamForm(
  url: string,
  headers: Record<string, string>,
  size: number,
): Promise<StreamedAnswer> {
  const { hostname, port, pathname, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    if (answerIn(text) !== undefined) resolve()
  })
  socket.on('error', () => undefined)
  // Not `once` of the events module, which rejects when the connection is reset.
  const happens = (event: 'close' | 'drain') =>
    new Promise<void>((resolve) => {
      socket.once(event, () => resolve())
    })
  const ended = happens('close')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}` +
      'content-type: multipart/form-data; boundary=x\r\ntransfer-encoding: chunked\r\n\r\n' +
      chunk('--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'),
  )
  let sent = 0
  while (sent < size && !socket.destroyed) {
    const length = Math.min(PIECE_BYTES, size - sent)
    const piece = length === PIECE_BYTES ? PIECE : chunk(TEXT.slice(0, length))
    sent += length
    if (!socket.write(piece)) await Promise.race([happens('drain'), ended])
  }
  const cutOff = socket.destroyed
  if (!cutOff) socket.write(`${chunk('\r\n--x--\r\n')}0\r\n\r\n`)
  await Promise.race([answered, ended])
  socket.destroy()
  return { ...(answerIn(text) ?? { status: undefined, body: undefined }), sent, cutOff }
}

function answerIn(text: string): Pick<StreamedAnswer, 'status' | 'body'> | undefined {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1]
  const start = text.indexOf('\r\n\r\n') + 4
  if (status === undefined || length === undefined || start < 4) return undefined
  const body = Buffer.from(text.slice(start))
  if (body.length < Number(length)) return undefined
  return { status: Number(status), body: JSON.parse(body.toString()) as Record<string, unknown> }
}
