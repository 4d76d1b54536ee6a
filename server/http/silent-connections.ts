import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** How often a server that stops looks for connections that have got their answer meanwhile. */
const REST_MS = 50

/**
 * Connections that asked nothing yet are cut when the server stops. Browsers open them in advance,
 * and Node takes them for busy: each would hold up the stop for a minute. So would one that is kept
 * open after an answer that was on its way when the stop began; it is closed when it has it.
 */
export function dropSilentConnections(app: FastifyInstance): void {
  const silent = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  const spoke = ({ socket }: IncomingMessage): void => void silent.delete(socket)
  app.server.on('request', spoke)
  app.server.on('upgrade', spoke)
  app.addHook('preClose', (done) => {
    for (const socket of silent) socket.destroy()
    const rest = setInterval(() => app.server.closeIdleConnections(), REST_MS)
    app.server.once('close', () => clearInterval(rest))
    done()
  })
}
