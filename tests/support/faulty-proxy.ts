import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  near: Socket
  far: Socket
  /** Nothing comes back. */
  deaf: boolean
}

/**
 * A TCP proxy that fails on command: it can go silent, as a cable that is pulled, lose every
 * answer, or cut what is connected and refuse what comes.
 */
export class FaultyProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #fault: 'none' | 'silent' | 'deaf' | 'cut' = 'none'

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a port of its own and passes everything on to `target`. */
  static async start(target: { hostname: string; port: string }): Promise<FaultyProxy> {
    const server = createServer()
    const proxy = new FaultyProxy(server)
    server.on('connection', (near) => proxy.#join(near, target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('it does not listen')
    return address.port
  }

  /** The same URL, with the proxy in the place of the server. */
  through(url: string): string {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = String(this.port)
    return changed.href
  }

  /** Nothing passes any more and nobody is told. */
  silence(): void {
    this.#fault = 'silent'
    for (const { near, far } of this.#pairs) {
      near.pause()
      far.pause()
    }
  }

  /** What is asked arrives and no answer comes back, on the present connections for good. */
  deafen(): void {
    this.#fault = 'deaf'
    for (const pair of this.#pairs) pair.deaf = true
  }

  /** Connections break, and new ones break at once. */
  cut(): void {
    this.#fault = 'cut'
    for (const { near } of this.#pairs) near.destroy()
  }

  heal(): void {
    this.#fault = 'none'
    for (const { near, far } of this.#pairs) {
      near.resume()
      far.resume()
    }
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket, { hostname, port }: { hostname: string; port: string }): void {
    if (this.#fault === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    const pair: Pair = { near, far, deaf: this.#fault === 'deaf' }
    this.#pairs.add(pair)
    near.on('data', (data) => far.write(data))
    far.on('data', (data) => {
      if (!pair.deaf) near.write(data)
    })
    for (const socket of [near, far]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
        this.#pairs.delete(pair)
      })
    }
    if (this.#fault === 'silent') {
      near.pause()
      far.pause()
    }
  }
}
