import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig } from '../../server/config.ts'
import { busContract } from '../support/bus-contract.ts'
import { FaultyProxy } from '../support/faulty-proxy.ts'
import { NatsServer } from '../support/nats-server.ts'
import { until } from '../support/until.ts'
import { LinkedBus } from '../../server/bus/linked-bus.ts'
import { NatsLink } from '../../server/bus/nats-link.ts'

describe('nats', () => {
  busContract(async () => {
    const server = await NatsServer.start()
    const proxy = await FaultyProxy.start({ hostname: '127.0.0.1', port: String(server.port) })
    const through = (id: string, port: number, subject: string): LinkedBus => {
      const bus = new LinkedBus(id)
      const place = { servers: [`127.0.0.1:${port}`], tls: false }
      bus.join(
        (events) => new NatsLink(place, subject, events),
        () => undefined,
      )
      return bus
    }
    return {
      bus: (id) => through(id, server.port, 'foyer.one'),
      behindProxy: (id) => through(id, proxy.port, 'foyer.one'),
      proxy,
      elsewhere: (id) => through(id, server.port, 'foyer.other'),
      close: async () => {
        await proxy.close()
        await server.stop()
      },
    }
  })
})

test('of three servers in the list any two may die', async () => {
  const servers = await NatsServer.startCluster(3)
  const nats = readConfig({
    DATABASE_URL: 'postgres://127.0.0.1/foyer',
    NATS_URL: servers.map(({ port }) => `nats://127.0.0.1:${port}`).join(','),
  }).nats
  assert.ok(nats)
  const buses = ['a', 'b'].map((id) => {
    const bus = new LinkedBus(id)
    bus.join(
      (events) => new NatsLink(nats, 'foyer.three', events),
      () => undefined,
    )
    return bus
  })
  const [a, b] = buses as [LinkedBus, LinkedBus]
  const heard: string[] = []
  b.onRing((topics) => heard.push(...topics))
  try {
    for (const round of [0, 1, 2]) {
      await until('both are connected', () => buses.every(({ state }) => state === 'connected'))
      // Routes between servers are made after the first connections.
      await until('the ring arrives', () => {
        a.ring([`room:${round}`])
        return heard.includes(`room:${round}`)
      })
      if (round < 2) await servers.shift()?.stop()
    }
  } finally {
    for (const bus of buses) await bus.close()
    for (const server of servers) await server.stop()
  }
})
