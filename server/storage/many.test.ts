import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../tests/support/engines.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ofMany } from './many.ts'

const ids = Array.from({ length: 300 }, (_one, index) => `many-${index}`)

forEachEngine((engine) => {
  const server = useServer(engine)

  test('a list of any length is read in prepared parts, each row once', async () => {
    const { db } = server().app.ctx
    const rows = ids.map((id, value) => ({ id, value }))
    await db.transact((tx) => tx.insertRows('counter', rows))
    const byId = ofMany<{ id: string }>(
      (places) => `select id from counter where id in (${places.join()})`,
    )
    const above = ofMany<{ id: string }>(
      (places) =>
        `select id from counter where ${places
          .map(([id, value]) => `(id = ${id} and value > ${value})`)
          .join(' or ')}`,
      2,
    )
    for (const length of [0, 1, 2, 3, 5, 33, 125, 126, 300]) {
      const asked = ids.slice(0, length)
      const sorted = asked.toSorted()
      const found = await db.read((reader) =>
        byId(
          reader,
          [...asked, 'absent'].map((id) => [id]),
        ),
      )
      assert.deepEqual(found.map(({ id }) => id).sort(), sorted)
      const pairs = asked.map((id, index) => [id, index % 2 === 0 ? index - 1 : index])
      const half = await db.read((reader) => above(reader, pairs))
      assert.deepEqual(
        half.map(({ id }) => id).sort(),
        asked.filter((_id, index) => index % 2 === 0).sort(),
      )
    }
  })
})
