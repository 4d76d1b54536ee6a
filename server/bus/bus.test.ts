import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ENGINES } from '../../tests/support/engines.ts'
import { aloneContract, busContract } from '../../tests/support/bus-contract.ts'
import { FaultyProxy } from '../../tests/support/faulty-proxy.ts'
import { readConfig } from '../config.ts'
import { LinkedBus } from './linked-bus.ts'
import { MemoryBus } from './memory-bus.ts'
import { PostgresLink } from './postgres-link.ts'

describe('memory', () => {
  aloneContract(async () => new MemoryBus())
})

describe('postgres', () => {
  const postgres = ENGINES.find(({ name }) => name === 'postgres')
  busContract(async () => {
    const place = await postgres!.create()
    const other = await postgres!.create()
    if (place.storage.kind !== 'postgres' || other.storage.kind !== 'postgres')
      throw new Error('not PostgreSQL')
    const { url, schema = '' } = place.storage
    const elsewhere = other.storage.schema ?? ''
    const proxy = await FaultyProxy.start(new URL(url))
    const through = (id: string, address: string, schema: string): LinkedBus => {
      const bus = new LinkedBus(id)
      bus.join(
        (events) => new PostgresLink({ url: address, schema }, events),
        () => undefined,
      )
      return bus
    }
    return {
      bus: (id) => through(id, url, schema),
      behindProxy: (id) => through(id, proxy.through(url), schema),
      proxy,
      elsewhere: (id) => through(id, url, elsewhere),
      close: async () => {
        await proxy.close()
        await place.remove()
        await other.remove()
      },
    }
  })
})

test('credentials of the first server count, and the port has its default', () => {
  const natsOf = (url: string) =>
    readConfig({ DATABASE_URL: 'postgres://127.0.0.1/foyer', NATS_URL: url }).nats
  assert.deepEqual(natsOf('nats://ana:p%40ss@one, tls://two:4333'), {
    servers: ['one:4222', 'two:4333'],
    tls: true,
    user: 'ana',
    pass: 'p@ss',
  })
  assert.deepEqual(natsOf('nats://secret@one'), {
    servers: ['one:4222'],
    tls: false,
    token: 'secret',
  })
  assert.throws(() => natsOf('http://one'), /NATS_URL/)
})
