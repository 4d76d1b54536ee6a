import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChildServer } from '../../../tests/support/child-server.ts'
import { forEachEngine, type TestEngine } from '../../../tests/support/engines.ts'
import { growthDuring } from '../../../tests/support/resident-memory.ts'
import { streamForm } from '../../../tests/support/streamed-form.ts'
import { newVisitor } from '../../../tests/support/visitor.ts'

const MB = 1024 * 1024
const GB = 1024 * MB
const LIMIT = 2 * MB
const LARGE = 100 * MB
/** The client of PostgreSQL has every byte in memory several times, twice as long as text. */
const MOST_GROWTH = { sqlite: 40 * MB, postgres: 90 * MB } as const
/** What a refused sender may go on to send, and what two kernels hold in their buffers. */
const DRAINED = 64 * MB
const BUFFERS = 32 * MB

/** In this order: a server that hangs in the middle holds locks of what is to be removed. */
async function stopAndRemove(
  server: ChildServer,
  place: Awaited<ReturnType<TestEngine['create']>>,
): Promise<void> {
  await server.stop('SIGKILL')
  await place.remove()
}

forEachEngine((engine) => {
  test('[S5] an endless upload is refused and drained within bounds; memory does not grow with it', async (t) => {
    const place = await engine.create()
    const server = await ChildServer.start({
      storage: place.storage,
      environment: { OVERWRITE_SETTING_FileUpload_MaxFileSize: String(LIMIT) },
    })
    t.after(() => stopAndRemove(server, place))
    const visitor = await newVisitor(server)
    const url = `${server.url}/api/v1/livechat/upload/${visitor.rid}`
    const own = { 'x-visitor-token': visitor.token }
    const { pid } = server.child.process
    assert.ok(pid)
    assert.equal((await streamForm(url, own, LIMIT)).status, 200)
    const late = await streamForm(url, own, LIMIT + 1)
    const refusal = { success: false, reason: 'error-size-not-allowed', sizeAllowed: '2.00 MB' }
    assert.deepEqual([late.status, late.body], [400, refusal])
    // A sender who ends in time reads his refusal, although he has sent far too much.
    const large = await streamForm(url, own, 20 * MB)
    assert.deepEqual([large.status, large.body, large.cutOff], [400, refusal, false])

    const growths: number[] = []
    for (const headers of [own, { 'x-visitor-token': 'nobody-has-this' }, {}, own, own]) {
      const growth = await growthDuring(pid, async () => {
        const endless = await streamForm(url, headers, 4 * GB)
        assert.equal(endless.cutOff, true)
        assert.ok(endless.sent < LIMIT + DRAINED + BUFFERS, `${endless.sent / MB} MB were taken`)
      })
      growths.push(growth / MB)
    }
    assert.ok(Math.max(...growths) < 20, `the server grew by ${growths.join(', ')} MB`)
    assert.equal((await streamForm(url, own, LIMIT)).status, 200)
    await visitor.say('still here')
  })

  test('the first 100 MB up and down make the server grow by a fraction of that', async (t) => {
    const place = await engine.create()
    const server = await ChildServer.start({
      storage: place.storage,
      environment: { OVERWRITE_SETTING_FileUpload_MaxFileSize: String(LARGE) },
    })
    t.after(() => stopAndRemove(server, place))
    const visitor = await newVisitor(server)
    const { pid } = server.child.process
    assert.ok(pid)
    const upload = async (size: number): Promise<string> => {
      const url = `${server.url}/api/v1/livechat/upload/${visitor.rid}`
      const answer = await streamForm(url, { 'x-visitor-token': visitor.token }, size)
      assert.equal(answer.status, 200)
      const [attachment] = (answer.body?.['attachments'] ?? []) as { title_link: string }[]
      return server.url + (attachment?.title_link ?? '')
    }
    const download = async (link: string): Promise<number> => {
      const answer = await fetch(link, { headers: { 'x-visitor-token': visitor.token } })
      let bytes = 0
      for await (const piece of answer.body ?? []) bytes += (piece as Uint8Array).length
      return bytes
    }
    // The code of both ways is loaded with the first of each.
    assert.equal(await download(await upload(1000)), 1000)
    const growth = await growthDuring(pid, async () => {
      assert.equal(await download(await upload(LARGE)), LARGE)
    })
    assert.ok(growth < MOST_GROWTH[engine.name], `the server grew by ${growth / MB} MB`)
  })
})
