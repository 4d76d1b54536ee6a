import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Postgres } from './postgres.ts'
import { startServer, stop, type Server } from './processes.ts'
import { seed } from './seed.ts'

/** Storage engines of the real server. */
export type Engine = 'sqlite' | 'postgres'
/** How much is stored before the load begins. */
export type Size = 'small' | 'large'

/** The real server on an engine, with so many messages stored. */
export interface Target {
  name: string
  engine: Engine
  size: Size
  messages: number
  server: Server
}

/** Makes data and starts servers on it. */
export class Targets {
  readonly #folder: string
  readonly #postgres: Postgres | undefined

  constructor(folder: string, postgres: Postgres | undefined) {
    this.#folder = folder
    this.#postgres = postgres
  }

  /** Starts on a new, empty database. */
  async startEmpty(engine: Engine, name: string): Promise<Server> {
    if (engine === 'postgres') await this.#postgres?.create(name)
    return this.start(engine, name)
  }

  start(engine: Engine, name: string): Promise<Server> {
    return startServer('../server/main.js', {
      ...this.storage(engine, name),
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_PASS: 'bench-password',
      LOG_LEVEL: 'warn',
      OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
    })
  }

  /** Makes a database with so many messages; the server has set it up before. */
  async seed(engine: Engine, name: string, messages: number): Promise<void> {
    const server = await this.startEmpty(engine, name)
    await stop(server.child)
    const { DATA_DIR, DATABASE_URL } = this.storage(engine, name)
    await seed(
      DATABASE_URL === undefined
        ? { kind: 'sqlite', folder: DATA_DIR ?? '' }
        : { kind: 'postgres', url: DATABASE_URL },
      messages,
    )
  }

  /** Makes `name` anew from a database that no server uses. */
  async copy(engine: Engine, from: string, name: string): Promise<void> {
    if (engine === 'postgres') {
      await this.#postgres?.create(name, from)
      return
    }
    rmSync(join(this.#folder, name), { recursive: true, force: true })
    cpSync(join(this.#folder, from), join(this.#folder, name), { recursive: true })
  }

  /** What the environment of a process says of a database. */
  storage(engine: Engine, name: string): { DATABASE_URL?: string; DATA_DIR?: string } {
    return engine === 'postgres'
      ? { DATABASE_URL: this.#postgres?.url(name) ?? '' }
      : { DATA_DIR: join(this.#folder, name) }
  }
}
