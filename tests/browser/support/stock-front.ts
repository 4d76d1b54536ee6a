import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUILD = join(
  dirname(fileURLToPath(import.meta.resolve('@rocket.chat/livechat/package.json'))),
  'build',
)
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
}

/** A request that a widget made and what it was answered. */
export interface SeenRequest {
  method: string
  path: string
  status: number
}

/**
 * The stock widget as a website serves it: the npm package's files under `/livechat`, a page with
 * it under `/`, and everything else passed on to the chat server, as a reverse proxy does. On the
 * page `/untouched` not a byte of the widget is changed, and it talks to the chat server directly.
 */
export class StockFront {
  readonly url: string
  readonly requests: SeenRequest[] = []
  readonly #server
  readonly #sockets = new Set<Socket>()
  readonly #files = new Map<string, Buffer>()
  /** Where the chat server listens; set once it does. */
  target: URL | undefined

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<StockFront> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const front = new StockFront(server)
    server.on('request', (incoming, response) => void front.#answer(incoming, response))
    server.on('upgrade', (incoming, socket, head) =>
      front.#tunnel(incoming, socket as Socket, head),
    )
    return front
  }

  /** Ends every WebSocket, as a proxy that restarts. */
  cutSockets(): number {
    const count = this.#sockets.size
    for (const socket of this.#sockets) socket.destroy()
    return count
  }

  close(): void {
    this.cutSockets()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/') return void html(response, hostPage(`${this.url}/livechat`))
    if (path === '/untouched') {
      return void html(response, hostPage(`${this.url}/livechat?serverUrl=${this.#elsewhere}`))
    }
    if (path === '/livechat') {
      const page = await readFile(join(BUILD, 'index.html'), 'utf8')
      // What the reference server adds to the page; the other way is the query string.
      const script = `<body><script>SERVER_URL='${this.url}'</script>`
      const told = (incoming.url ?? '').includes('serverUrl=')
      return void html(response, told ? page : page.replace('<body>', script))
    }
    const file = join(BUILD, basename(path))
    if (path.startsWith('/livechat/') && existsSync(file)) {
      const packs = String(incoming.headers['accept-encoding']).includes('gzip')
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
      if (packs) response.setHeader('content-encoding', 'gzip')
      response.end(packs ? await this.#packed(file) : await readFile(file))
      return
    }
    this.#pass(incoming, response)
  }

  /** As well as gzip can; each file once. */
  async #packed(file: string): Promise<Buffer> {
    let bytes = this.#files.get(file)
    if (bytes === undefined) {
      bytes = gzipSync(await readFile(file), { level: 9 })
      this.#files.set(file, bytes)
    }
    return bytes
  }

  /** The chat server itself: another site to a browser, since it goes by another name. */
  get #elsewhere(): string {
    return encodeURIComponent(`http://localhost:${this.target?.port}`)
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming
    const onward = request(new URL(url, this.target), { method, headers }, (answer) => {
      const status = answer.statusCode ?? 0
      this.requests.push({ method, path: url, status })
      response.writeHead(status, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  }

  #tunnel(incoming: IncomingMessage, near: Socket, head: Buffer): void {
    const { url = '/', rawHeaders } = incoming
    const { target } = this
    if (target === undefined) return void near.destroy()
    const far = connect(Number(target.port), target.hostname, () => {
      const lines = [`GET ${url} HTTP/1.1`]
      for (let i = 0; i < rawHeaders.length; i += 2) {
        lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
      }
      far.write(`${lines.join('\r\n')}\r\n\r\n`)
      far.write(head)
      far.pipe(near)
      near.pipe(far)
    })
    this.#sockets.add(near)
    for (const socket of [near, far]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
        this.#sockets.delete(near)
      })
    }
  }
}

const html = (response: ServerResponse, body: string): ServerResponse =>
  response.setHeader('content-type', 'text/html; charset=utf-8').end(body)

/** A customer's page with the embedding snippet of the stock widget. */
const hostPage = (livechat: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Somebody's shop</title>
<link rel="icon" href="data:,"></head><body><h1>Shop</h1>
<script>
(function(w, d, s, u) {
  w.RocketChat = function(c) { w.RocketChat._.push(c) }; w.RocketChat._ = []; w.RocketChat.url = u;
  var h = d.getElementsByTagName(s)[0], j = d.createElement(s);
  j.async = true; j.src = u.split('?')[0] + '/rocketchat-livechat.min.js';
  h.parentNode.insertBefore(j, h);
})(window, document, 'script', '${livechat}');
</script></body></html>`
