import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { createApp } from '../../server/app.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { StorageTarget } from '../../server/storage/open.ts'
import { ENGINES } from './engines.ts'
import { freePort } from './ports.ts'
import { strictAnswers, testConfig, TestServer } from './test-server.ts'
import { until } from './until.ts'

/** A process of an installation, as far as a test file decides it. */
export interface NodeOptions {
  environment?: Record<string, string>
  clock?: Clock
}

/** Starts one process of an installation. It neither listens nor does jobs. */
export async function startNode(
  storage: StorageTarget,
  { environment, clock }: NodeOptions = {},
): Promise<TestServer> {
  const app = await createApp(testConfig(storage, environment), {
    observeAnswer: strictAnswers(),
    ...(clock === undefined ? {} : { clock }),
  })
  await app.http.ready()
  return new TestServer(app)
}

/** Waits until a process hears of the others. */
export const joined = ({ app }: TestServer): Promise<void> =>
  until('the bus connects', () => app.ctx.bus.state === 'connected')

/** The environment of a process whose bus is lost: nobody answers there. */
export const NO_BUS = { BUS_DATABASE_URL: `postgres://test@127.0.0.1:${await freePort()}/none` }

/** The engine on which there can be several processes. */
export const POSTGRES = ENGINES.find(({ name }) => name === 'postgres') ?? assert.fail()

/**
 * Declares an installation of several processes for the enclosing suite, one for each of `options`,
 * all of them in this process and on one PostgreSQL schema.
 */
export function useNodes(...options: readonly NodeOptions[]): () => readonly TestServer[] {
  const servers: TestServer[] = []
  let remove: (() => Promise<void>) | undefined
  before(async () => {
    const place = await POSTGRES.create()
    remove = place.remove
    for (const one of options) servers.push(await startNode(place.storage, one))
    for (const [index, server] of servers.entries()) {
      if (options[index]?.environment?.['BUS_DATABASE_URL'] === undefined) await joined(server)
      await server.app.nodes.tick()
    }
  })
  after(async () => {
    for (const server of servers) await server.app.close()
    await remove?.()
  })
  return () => servers
}
