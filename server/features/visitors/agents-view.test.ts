import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedUser,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom, type ServedRoom } from '../../../tests/support/served-room.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { randomId } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine)
  let earlier: { rid: string; agent: TestUser }
  let ana: ServedRoom
  let bob: ServedRoom
  let boss: TestUser

  before(async () => {
    boss = await seedManager(server())
    const first = await seedServedRoom(server(), 'Ana Lind')
    earlier = { rid: first.rid, agent: first.agent }
    await first.visitor.say('secret of 100% wool')
    await sayAs(server(), first.agent, first.rid, 'an answer')
    const closing = { rid: first.rid, comment: 'bought wool' }
    expectOk(await server().post('livechat/room.closeByUser', closing, first.agent))
    // Who served last is preferred; now somebody else shall.
    expectOk(await server().post('users.setStatus', { status: 'offline' }, first.agent))
    const agent = await seedAgent(server(), { username: `a-${randomId()}` })
    expectOk(await first.visitor.openRoom())
    ana = { visitor: first.visitor, agent, rid: first.visitor.rid }
    assert.equal((await ana.visitor.room()).servedBy?._id, agent.userId)
    await ana.visitor.say('secret of today')
    bob = await seedServedRoom(server(), 'Bob_Berg')
  })

  const history = (as: TestUser, rid: string, visitorId: string, query = {}) =>
    server().get(`livechat/visitors.chatHistory/room/${rid}/visitor/${visitorId}`, query, as)
  const search = (as: TestUser, rid: string, visitorId: string, query = {}) =>
    server().get(`livechat/visitors.searchChats/room/${rid}/visitor/${visitorId}`, query, as)

  test('[S1] the history of a visitor opens with his own room only, absent and foreign alike', async () => {
    const { agent, rid, visitor } = ana
    const own = expectOk(await history(agent, rid, visitor.id))
    assert.deepEqual(
      own.history.map(({ _id }: { _id: string }) => _id),
      [rid, earlier.rid],
    )
    assert.deepEqual([own.count, own.offset, own.total], [2, 0, 2])
    const paged = expectOk(await history(agent, rid, visitor.id, { count: '1', offset: '1' }))
    assert.deepEqual([paged.history[0]._id, paged.count, paged.total], [earlier.rid, 1, 2])
    for (const list of [history, search]) {
      // His own room does not open somebody else's history.
      expectRefusal(await list(agent, rid, bob.visitor.id), 400, 'error-not-allowed')
      expectRefusal(await list(agent, rid, randomId()), 400, 'error-not-allowed')
      const foreign = await list(agent, bob.rid, bob.visitor.id)
      const absent = await list(agent, randomId(), bob.visitor.id)
      expectRefusal(foreign, 400, 'invalid-room')
      assert.deepEqual(foreign.body, absent.body)
      assert.equal(expectOk(await list(boss, bob.rid, bob.visitor.id)).total, 1)
      const sorted = await list(agent, rid, visitor.id, { sort: '{"token_hash":1}' })
      expectRefusal(sorted, 400, 'error-invalid-sort-keys')
    }
    const user = await seedUser(server(), ['user'])
    expectRefusal(await history(user, rid, visitor.id), 403, 'error-unauthorized')
  })

  test('a search tells words only of conversations that the agent may read', async () => {
    const { rid, visitor } = ana
    const found = async (as: TestUser, query: Record<string, string>) =>
      expectOk(await search(as, rid, visitor.id, query)).history.map(
        ({ _id }: { _id: string }) => _id,
      )
    assert.deepEqual(await found(boss, { searchText: 'SECRET OF' }), [rid, earlier.rid])
    assert.deepEqual(await found(ana.agent, { searchText: 'SECRET OF' }), [rid])
    assert.deepEqual(await found(boss, { searchText: '100% w' }), [earlier.rid])
    assert.deepEqual(await found(boss, { searchText: '1%wool' }), [])
    assert.deepEqual(await found(boss, { closedChatsOnly: 'true' }), [earlier.rid])
    assert.deepEqual(await found(boss, { servedChatsOnly: 'true' }), [rid, earlier.rid])
    assert.deepEqual(await found(boss, { source: 'api' }), [rid, earlier.rid])
    assert.deepEqual(await found(boss, { source: 'widget' }), [])

    const query = { closedChatsOnly: 'true' }
    const [told] = expectOk(await search(boss, rid, visitor.id, query)).history
    assert.equal(told.closingMessage.msg, 'bought wool')
    assert.equal(told.closer, 'user')
    const [hidden] = expectOk(await search(ana.agent, rid, visitor.id, query)).history
    assert.equal(hidden._id, earlier.rid)
    assert.equal(hidden.closingMessage, undefined)
  })

  test('the pages of a conversation are told to its readers', async () => {
    const { agent, rid, visitor } = ana
    const pageInfo = { change: 'url', title: 'Prices', location: { href: 'https://shop.example/' } }
    expectOk(await server().post('livechat/page.visited', { token: visitor.token, pageInfo }))
    const pages = (as: TestUser, id: string, query = {}) =>
      server().get(`livechat/visitors.pagesVisited/${id}`, query, as)
    const { pages: told, total } = expectOk(await pages(agent, rid))
    assert.equal(total, 1)
    assert.deepEqual(told[0].navigation, { page: pageInfo })
    assert.deepEqual([told[0].rid, told[0].msg], [rid, 'Prices'])
    expectRefusal(await pages(bob.agent, rid), 400, 'invalid-room')
    expectRefusal(await pages(bob.agent, randomId()), 400, 'invalid-room')
    assert.equal(expectOk(await pages(bob.agent, bob.rid)).total, 0)
    expectRefusal(await pages(agent, rid, { sort: 'ts' }), 400, 'error-invalid-sort')
  })

  test('[S3] a selector is checked, its conditions are no query, and wildcards mean themselves', async () => {
    const complete = (selector: unknown) =>
      server().get(
        'livechat/visitors.autocomplete',
        { selector: typeof selector === 'string' ? selector : JSON.stringify(selector) },
        ana.agent,
      )
    const names = async (selector: unknown) =>
      expectOk(await complete(selector)).items.map(({ name }: { name: string }) => name)
    assert.deepEqual(await names({ term: 'LIND' }), ['Ana Lind'])
    assert.deepEqual(await names({ term: 'b_b' }), ['Bob_Berg'])
    assert.deepEqual(await names({ term: 'a_a' }), [])
    assert.deepEqual(await names({ term: '%' }), [])
    assert.deepEqual(await names({ term: '.*' }), [])
    const excepted = [ana.visitor.id]
    assert.deepEqual(await names({ term: '', exceptions: excepted }), ['Bob_Berg'])
    const conditions = { token_hash: { $ne: '' }, $where: 'sleep(1000)' }
    assert.deepEqual(await names({ term: 'bob', conditions }), ['Bob_Berg'])
    for (const bad of [
      'term',
      '[]',
      'null',
      '"x"',
      { term: 1 },
      { term: { $ne: 1 } },
      { exceptions: 'x' },
      { exceptions: [{ $ne: 1 }] },
    ]) {
      expectRefusal(await complete(bad), 400, 'invalid-params')
    }
  })

  test('visitors are found by a part of their name, address or number', async () => {
    await ana.visitor.register({ name: 'Ana Lind', email: 'ana@lind.example', phone: '+46 70' })
    const find = async (term: string, query = {}) => {
      const answer = await server().get('livechat/visitors.search', { term, ...query }, ana.agent)
      return expectOk(answer).visitors
    }
    const namesOf = (visitors: { name: string }[]) => visitors.map(({ name }) => name)
    assert.deepEqual(namesOf(await find('*')), ['Ana Lind', 'Bob_Berg'])
    assert.deepEqual(namesOf(await find('*', { sort: '{"name":-1}' })), ['Bob_Berg', 'Ana Lind'])
    assert.deepEqual(namesOf(await find('LIND.example')), ['Ana Lind'])
    assert.deepEqual(namesOf(await find('+46')), ['Ana Lind'])
    assert.deepEqual(await find('_n_'), [])
    await ana.visitor.register({ name: 'Élise ÅNGSTRÖM Іван' })
    for (const term of ['élise', 'ÉLISE', 'ångström', 'Ångström', 'іван', 'ІВАН']) {
      assert.equal((await find(term)).length, 1, term)
    }
    await ana.visitor.register({ name: 'Ana Lind' })
    const [found] = await find('guest-', { count: '1' })
    assert.equal(found._id, ana.visitor.id)
    assert.deepEqual(found.visitorEmails, [{ address: 'ana@lind.example' }])
    assert.equal(found.lastChat._id, ana.rid)
    const info = (visitorId: string) =>
      server().get('livechat/visitors.info', { visitorId }, ana.agent)
    assert.equal(expectOk(await info(ana.visitor.id)).visitor.name, 'Ana Lind')
    expectRefusal(await info(randomId()), 400, 'visitor-not-found')
  })

  test('[S2] nothing that is told about a visitor holds his token', async () => {
    const { rid, visitor } = ana
    const answers = [
      await history(boss, rid, visitor.id),
      await search(boss, rid, visitor.id),
      await server().get('livechat/visitors.info', { visitorId: visitor.id }, boss),
      await server().get('livechat/visitors.search', { term: '*' }, boss),
      await server().get('livechat/visitors.autocomplete', { selector: '{"term":"ana"}' }, boss),
      await server().get(`livechat/visitors.pagesVisited/${rid}`, {}, boss),
    ]
    const tokenHash = (
      await server().app.ctx.db.read(({ q }) =>
        q.selectFrom('visitor').select('token_hash').where('id', '=', visitor.id).execute(),
      )
    )[0]!.token_hash
    for (const answer of answers) {
      const text = JSON.stringify(expectOk(answer))
      assert.ok(text.includes('Ana Lind') || text.includes(rid), text)
      assert.ok(!text.includes(visitor.token) && !text.includes(tokenHash), text)
    }
  })
})
