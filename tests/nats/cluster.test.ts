import { test } from 'node:test'
import { clusterFaults } from '../support/cluster-faults.ts'
import { FaultyProxy } from '../support/faulty-proxy.ts'
import { NatsServer } from '../support/nats-server.ts'
import { POSTGRES } from '../support/nodes.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
const CONVERSATIONS = NIGHTLY ? 200 : 20

test(`three processes with NATS, one killed and one cut off: ${CONVERSATIONS} conversations lose nothing, double nothing, keep their order`, async () => {
  const { storage, remove } = await POSTGRES.create()
  const server = await NatsServer.start()
  const proxy = await FaultyProxy.start({ hostname: '127.0.0.1', port: String(server.port) })
  try {
    const at = (port: number) => ({
      storage,
      environment: { NATS_URL: `nats://127.0.0.1:${port},nats://127.0.0.1:${port}` },
    })
    const nodes = [at(server.port), at(proxy.port), at(server.port)] as const
    await clusterFaults({ conversations: CONVERSATIONS, nodes, proxy })
  } finally {
    await proxy.close()
    await server.stop()
    await remove()
  }
})
