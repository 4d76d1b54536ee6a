import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  seedVisitor,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, randomId } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  // No two pages at the same moment: their order is told by it.
  const server = useServer(engine, { environment: ALONE, clock: { now: () => (now += 1) } })
  const see = async (token: string, title: string, change = 'url') => {
    const pageInfo = { change, title, location: { href: `https://shop.example/${title}` } }
    return expectOk(await server().post('livechat/page.visited', { token, pageInfo }))
  }
  const written = (rid: string): Promise<{ title: string }[]> =>
    server().app.ctx.db.read((reader) =>
      reader.rows('select title from page_visit where room_id = $1 order by at, id', [rid]),
    )

  it('keeps what the site monitors, with the caller’s own token', async () => {
    const token = randomId()
    assert.deepEqual(await see(token, 'Prices'), {
      page: {
        msg: 'Prices',
        navigation: {
          page: {
            change: 'url',
            title: 'Prices',
            location: { href: 'https://shop.example/Prices' },
          },
          token,
        },
      },
      success: true,
    })
    assert.deepEqual(await see(token, 'Prices', 'title'), { success: true })
  })

  it('writes pages seen before the conversation with it, and later ones at once', async () => {
    const visitor = await seedVisitor(server())
    await see(visitor.token, 'Home')
    await see(visitor.token, 'Prices')
    expectOk(await visitor.openRoom())
    await see(visitor.token, 'Contact')
    const titles = (await written(visitor.rid)).map(({ title }) => title)
    assert.deepEqual(titles, ['Home', 'Prices', 'Contact'])
    assert.ok((await visitor.messages()).every(({ t }) => t !== 'livechat_navigation_history'))
    expectOk(await visitor.close())
    await see(visitor.token, 'Goodbye')
    assert.equal((await written(visitor.rid)).length, 3)
    expectOk(await visitor.openRoom())
    assert.deepEqual(
      (await written(visitor.rid)).map(({ title }) => title),
      ['Goodbye'],
    )
  })

  it('writes nothing for tokens that nobody registered', async () => {
    const { pageVisits } = server().app.ctx.remembered
    const token = randomId()
    for (let page = 0; page < 30; page++) await see(token, `p${page}`)
    const kept = pageVisits.of(token, now)
    assert.equal(kept.length, 20)
    assert.equal(kept.at(-1)?.title, 'p29')
  })

  it('shows pages in the conversation where the site wants it, and [S2] nobody’s token', async () => {
    await changeSettings(server(), { Livechat_Visitor_navigation_as_a_message: true })
    const agent = await seedAgent(server())
    const visitor = await seedRoom(server())
    await see(visitor.token, 'Prices')
    const [message] = await visitor.messages()
    assert.equal(message?.t, 'livechat_navigation_history')
    assert.equal(message?.msg, 'Prices')
    assert.equal(message?.u.username, 'rocket.cat')
    assert.ok(!JSON.stringify(message).includes(visitor.token))
    const roomId = visitor.rid
    const one = await server().get('livechat/inquiries.getOne', { roomId }, agent)
    assert.equal(expectOk(one).inquiry.lastMessage.msg, 'Prices')
    assert.ok(!JSON.stringify(one.body).includes(visitor.token))
    await changeSettings(server(), { Livechat_Visitor_navigation_as_a_message: false })
  })

  it('cuts what is too long and refuses what is no page', async () => {
    const token = randomId()
    const pageInfo = {
      change: 'url',
      title: 'x'.repeat(5000),
      location: { href: 'https://shop.example/' },
    }
    const answer = await server().post('livechat/page.visited', { token, pageInfo })
    assert.equal(expectOk(answer).page.msg.length, 300)
    const wrong = await server().post('livechat/page.visited', { token, pageInfo: 'url' })
    assert.equal(wrong.status, 400)
  })
})
