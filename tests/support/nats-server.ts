import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from './ports.ts'
import { until } from './until.ts'

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A real NATS server, as `apt-get install nats-server` brings it. */
export class NatsServer {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
  }

  /** Starts several that pass everything on to each other. */
  static async startCluster(size: number): Promise<NatsServer[]> {
    const ports: number[] = []
    for (let index = 0; index < size; index++) ports.push(await freePort())
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(',')
    return Promise.all(
      ports.map((port) =>
        NatsServer.start([
          '--cluster_name=test',
          `--cluster=nats://127.0.0.1:${port}`,
          `--routes=${routes}`,
        ]),
      ),
    )
  }

  /** Starts it on a free port; rejects with a sentence where it is not installed. */
  static async start(more: readonly string[] = []): Promise<NatsServer> {
    const port = await freePort()
    const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), ...more], {
      env: { PATH: `${process.env['PATH']}:/usr/sbin` },
      stdio: 'ignore',
    })
    running.add(child)
    const failed = once(child, 'error').then(() => {
      throw new Error('nats-server is not installed: apt-get install nats-server')
    })
    await Promise.race([until('NATS listens', () => listens(port)), failed])
    failed.catch(() => undefined)
    return new NatsServer(port, child)
  }

  async stop(): Promise<void> {
    running.delete(this.#child)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
