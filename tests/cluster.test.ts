import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterFaults } from './support/cluster-faults.ts'
import { FaultyProxy } from './support/faulty-proxy.ts'
import { POSTGRES } from './support/nodes.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
const CONVERSATIONS = NIGHTLY ? 200 : 20

test(`[P4] three processes, one killed and one cut off from the bus: ${CONVERSATIONS} conversations lose nothing, double nothing, keep their order`, async () => {
  const { storage, remove } = await POSTGRES.create()
  assert.equal(storage.kind, 'postgres')
  const proxy = await FaultyProxy.start(new URL(storage.url))
  const through = new URL(proxy.through(storage.url))
  through.searchParams.set('options', `-csearch_path=${storage.schema}`)
  try {
    const node = { storage }
    const cutOff = { storage, environment: { BUS_DATABASE_URL: through.href } }
    await clusterFaults({ conversations: CONVERSATIONS, nodes: [node, cutOff, node], proxy })
  } finally {
    await proxy.close()
    await remove()
  }
})
