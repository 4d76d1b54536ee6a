import assert from 'node:assert/strict'
import type { TestServer } from './test-server.ts'

/** Changes settings through the API for the time of `work`, then puts back what was. */
export async function withSettings<Result>(
  server: TestServer,
  changes: Record<string, unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  const admin = await server.admin()
  const before: Record<string, unknown> = {}
  for (const id of Object.keys(changes)) {
    before[id] = (await server.get(`settings/${id}`, {}, admin)).body.value
  }
  const set = async (values: Record<string, unknown>): Promise<void> => {
    for (const [id, value] of Object.entries(values)) {
      const answer = await server.post(`settings/${id}`, { value }, admin)
      assert.equal(answer.status, 200, `${id}: ${JSON.stringify(answer.body)}`)
    }
  }
  await set(changes)
  try {
    return await work()
  } finally {
    await set(before)
  }
}
