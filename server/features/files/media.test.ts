import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { download, PNG, postForm, type FormFile } from '../../../tests/support/forms.ts'
import { expectOk, expectRefusal, seedAgent, seedUser } from '../../../tests/support/seed.ts'
import { seedServedRoom } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer, type Login } from '../../../tests/support/test-server.ts'
import { asVisitor, fileRecords } from '../../../tests/support/uploads.ts'

const HOUR = 3_600_000

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { clock: { now: () => (now += 1) } })

  const store = (rid: string, login: Login, file: FormFile = { bytes: PNG, name: 'a.png' }) =>
    postForm(server(), `rooms.media/${rid}`, file, login.headers)
  const confirm = (rid: string, fileId: string, login: Login, body: object = {}) =>
    server().post(`rooms.mediaConfirm/${rid}/${fileId}`, body, login)

  test('an agent stores a file, then sends it; the visitor sees it then', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { file } = expectOk(await store(rid, agent))
    assert.equal(file.url, `/file-upload/${file._id}/a.png`)
    assert.equal((await download(server(), file.url, agent.headers)).status, 200)
    assert.equal((await download(server(), file.url, asVisitor(visitor))).status, 404)
    assert.deepEqual(await visitor.texts(), [])
    const words = { msg: 'see *this*', description: 'the plan', fileName: 'plan.png' }
    const { message } = expectOk(await confirm(rid, file._id, agent, words))
    assert.equal(message.msg, 'see *this*')
    assert.equal(message.u.username, agent.username)
    assert.equal(message.file._id, file._id)
    assert.equal(message.file.name, 'plan.png')
    assert.equal(message.attachments[0].description, 'the plan')
    assert.equal(message.attachments[0].image_url, `/file-upload/${file._id}/plan.png`)
    assert.equal((await download(server(), file.url, asVisitor(visitor))).status, 200)
    assert.deepEqual(await visitor.texts(), ['see *this*'])
    const again = expectOk(await confirm(rid, file._id, agent, words))
    assert.equal(again.message._id, message._id)
    assert.deepEqual(await visitor.texts(), ['see *this*'])
  })

  test('what is not confirmed within 24 hours is removed, what is confirmed stays', async () => {
    const { agent, rid } = await seedServedRoom(server())
    const before = await fileRecords(server())
    const kept = expectOk(await store(rid, agent)).file
    const left = expectOk(await store(rid, agent)).file
    expectOk(await confirm(rid, kept._id, agent))
    now += 23 * HOUR
    await server().app.jobs.drain()
    assert.equal((await download(server(), left.url, agent.headers)).status, 200)
    now += HOUR
    expectRefusal(await confirm(rid, left._id, agent), 400, 'invalid-file')
    await server().app.jobs.drain()
    assert.equal((await download(server(), left.url, agent.headers)).status, 404)
    assert.equal((await download(server(), kept.url, agent.headers)).status, 200)
    const after = await fileRecords(server())
    assert.deepEqual([after.files - before.files, after.removals], [1, 0])
    if (server().app.ctx.db.engine === 'postgres') assert.equal(after.chunks - before.chunks, 1)
  })

  test('what was stored and not sent can be removed by its author; what was sent goes with its message', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const before = await fileRecords(server())
    const { file } = expectOk(await store(rid, agent))
    const drop = (login: Login, fileId = file._id) =>
      server().post('uploads.delete', { fileId }, login)
    const colleague = await seedUser(server(), ['user', 'livechat-agent', 'livechat-manager'])
    const foreign = await drop(colleague)
    expectRefusal(foreign, 400, 'invalid-file')
    assert.deepEqual(foreign.body, (await drop(colleague, 'absent-file-id')).body)
    assert.equal((await download(server(), file.url, agent.headers)).status, 200)
    const dropped = expectOk(await drop(agent))
    assert.deepEqual(dropped.deletedFiles, [file._id])
    expectRefusal(await drop(agent), 400, 'invalid-file')
    expectRefusal(await confirm(rid, file._id, agent), 400, 'invalid-file')
    assert.equal((await download(server(), file.url, agent.headers)).status, 404)
    await server().app.jobs.drain()
    assert.deepEqual(await fileRecords(server()), before)

    const sent = expectOk(await store(rid, agent)).file
    expectOk(await confirm(rid, sent._id, agent))
    expectRefusal(await drop(agent, sent._id), 400, 'invalid-file')
    assert.equal((await download(server(), sent.url, asVisitor(visitor))).status, 200)
  })

  test('[S1] rooms and files that are foreign are refused like absent ones', async () => {
    const { agent, rid } = await seedServedRoom(server())
    const other = await seedServedRoom(server(), 'Bob')
    const { file } = expectOk(await store(rid, agent))
    const strangers = [other.agent, await seedAgent(server()), await seedUser(server(), ['user'])]
    for (const login of strangers) {
      for (const room of [rid, 'absent-room-id']) {
        const answer = await store(room, login)
        assert.deepEqual(
          [answer.status, answer.body],
          [403, { success: false, error: 'unauthorized' }],
        )
        const sent = await confirm(room, file._id, login)
        assert.deepEqual([sent.status, sent.body.error], [403, 'unauthorized'])
      }
    }
    assert.equal((await postForm(server(), `rooms.media/${rid}`, { bytes: PNG })).status, 401)
    const foreign = await confirm(other.rid, file._id, other.agent)
    const absent = await confirm(other.rid, 'absent-file-id', other.agent)
    expectRefusal(foreign, 400, 'invalid-file')
    assert.deepEqual(foreign.body, absent.body)
    expectOk(await confirm(rid, file._id, agent))
  })

  test('[S5] refusals have the codes that agents’ clients know', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const before = await fileRecords(server())
    expectRefusal(await store(rid, agent, { bytes: '<svg/>' }), 400, 'error-invalid-file-type')
    expectRefusal(await store(rid, agent, { bytes: PNG, field: 'x' }), 400, 'invalid-field')
    await withSettings(server(), { FileUpload_MaxFileSize: 10 }, async () => {
      expectRefusal(await store(rid, agent), 400, 'error-file-too-large')
    })
    await withSettings(server(), { FileUpload_Enabled: false }, async () => {
      expectRefusal(await store(rid, agent), 400, 'error-file-upload-disabled')
    })
    assert.deepEqual(await fileRecords(server()), before)
    const { file } = expectOk(await store(rid, agent))
    const lost = await confirm(rid, file._id, agent, { tmid: 'no-such-message' })
    expectRefusal(lost, 400, 'error-message-not-found')
    expectOk(await visitor.close())
    expectRefusal(await confirm(rid, file._id, agent), 400, 'room-closed')
    expectRefusal(await store(rid, agent), 400, 'room-closed')
  })
})
