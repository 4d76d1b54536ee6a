import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Connections that asked nothing yet are cut when the server stops. Browsers open them in advance,
 * and Node takes them for busy: each would hold up the stop for a minute.
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
    done()
  })
}
