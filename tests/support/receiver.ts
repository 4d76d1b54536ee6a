import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that a receiver got, whole. */
export interface Received {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
  /** The body as it came. */
  bytes: Buffer
}

/** How a receiver answers; what it does not end hangs. */
export type Answering = (request: Received, response: ServerResponse) => void

/** Somebody else's web server, on a port of this machine. */
export class Receiver {
  readonly received: Received[] = []
  answer: Answering
  readonly #server: Server
  #waiting: { count: number; resolve: () => void }[] = []

  private constructor(answer: Answering) {
    this.answer = answer
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('error', () => undefined)
      request.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const received = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: bytes.toString('utf8'),
          bytes,
        }
        this.received.push(received)
        this.answer(received, response)
        this.#waiting = this.#waiting.filter(({ count, resolve }) => {
          if (this.received.length < count) return true
          resolve()
          return false
        })
      })
    })
  }

  /** Starts one that answers 200 unless told otherwise. */
  static async start(answer: Answering = say(200), port = 0): Promise<Receiver> {
    const receiver = new Receiver(answer)
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** Resolves once so many requests have come. */
  has(count: number): Promise<void> {
    if (this.received.length >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve })
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }
}

/** Answers with a status and a text. */
export const say =
  (status: number, text = '', headers: Record<string, string> = {}): Answering =>
  (_request, response) => {
    response.writeHead(status, headers).end(text)
  }

/** Takes the request and never answers. */
export const hang: Answering = () => undefined

/** Hangs up in the middle of an answer that promised more. */
export const cutOff: Answering = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' })
  response.write('the beginning', () => response.destroy())
}

/** Answers 200 and never stops talking. */
export const babble: Answering = (_request, response) => {
  const chunk = 'x'.repeat(65_536)
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response
    .writeHead(200)
    .on('drain', more)
    .on('error', () => undefined)
  more()
}
