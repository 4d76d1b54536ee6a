import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { forEachEngine } from './support/engines.ts'
import { filesWith } from './support/files.ts'
import { useServer } from './support/test-server.ts'
import { ALONE, newVisitor, randomId } from './support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Message_KeepHistory: 'true' },
  })

  /** Tables with a row in which the text stands anywhere. */
  const tablesWith = (text: string): Promise<string[]> =>
    server().app.ctx.db.read(async ({ q }) => {
      const found: string[] = []
      for (const { name } of await q.introspection.getTables()) {
        const rows = await sql`select * from ${sql.table(name)}`
          .execute(q)
          .catch(() => ({ rows: [] }))
        if (JSON.stringify(rows.rows).includes(text)) found.push(name)
      }
      return [...new Set(found)].sort()
    })

  test('[P14] erasing a visitor removes him and all he said from every table and file', async () => {
    const mark = `erase${randomId().replaceAll(/[^a-z]/gi, 'x')}`
    const ana = await newVisitor(server())
    await ana.register({
      name: `${mark} name`,
      email: `${mark}@example.com`,
      phone: `${mark} phone`,
    })
    const { pageVisits } = server().app.ctx.remembered
    const visit = { change: 'url', title: `${mark} page`, href: `http://${mark}/`, at: Date.now() }
    for (let conversation = 0; conversation < 3; conversation++) {
      const { _id } = await ana.say(`${mark} first`)
      await ana.edit(_id, `${mark} edited`)
      const gone = await ana.say(`${mark} deleted ${'long '.repeat(800)}`)
      await ana.remove(gone._id)
      const rating = { ...ana.own, data: [{ name: 'additionalFeedback', value: `${mark} rating` }] }
      assert.equal((await server().post('livechat/room.survey', rating)).status, 200)
      assert.equal((await ana.close()).status, 200)
      pageVisits.add(ana.token, visit)
      await ana.openRoom()
    }
    const others = await newVisitor(server())
    await others.say(`stays ${mark.length}`)
    const holding = await tablesWith(mark)
    for (const table of ['message', 'message_history', 'page_visit', 'room', 'visitor']) {
      assert.ok(holding.includes(table), `${table} held something`)
    }
    const refused = await ana.erase()
    assert.match(refused.body.error, /visitor-has-open-rooms/)
    assert.deepEqual(await tablesWith(mark), holding)

    await ana.close()
    assert.equal((await ana.erase()).status, 200)
    assert.deepEqual(await tablesWith(mark), [])
    assert.deepEqual(await tablesWith(ana.id), [])
    assert.deepEqual(await tablesWith(ana.rid), [])
    const { storage } = server().app.ctx.config
    if (storage.kind === 'sqlite') assert.deepEqual(await filesWith(storage.folder, mark), [])
    assert.match((await ana.history()).body.error, /invalid-token/)
    assert.match((await ana.send('late')).body.error, /invalid-token/)
    assert.deepEqual(await others.texts(), [`stays ${mark.length}`])

    await ana.register({ name: 'Ana' })
    await ana.openRoom()
    assert.deepEqual(await ana.texts(), [])
  })
})
