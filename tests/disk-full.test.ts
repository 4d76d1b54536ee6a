import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ChildServer } from './support/child-server.ts'
import { ENGINES } from './support/engines.ts'
import { FollowedRoom, newVisitor, randomId } from './support/visitor.ts'

/** Blocks of 1,024 bytes that any file of the server may have. */
const BLOCKS = 1500
const AT_ONCE = 8
const LIMITED = `ulimit -S -f ${BLOCKS} && exec "$NODE" server/main.js`

test('[P12] a full disk is a 503 with Retry-After, nothing is half-written, and it passes', async () => {
  const { storage, remove } = await ENGINES[0]!.create()
  try {
    const server = await ChildServer.start({
      storage,
      command: ['bash', '-c', LIMITED],
      environment: { NODE: process.execPath },
    })
    const ana = await newVisitor(server)
    const text = 'words '.repeat(800)
    const acknowledged = new Set<string>()
    const refused = new Set<string>()
    const send = async (_id: string): Promise<void> => {
      const { status, headers, body } = await ana.send(text, _id)
      if (status === 200) acknowledged.add(_id)
      else {
        refused.add(_id)
        assert.equal(status, 503, JSON.stringify(body))
        assert.ok(Number(headers['retry-after']) >= 1)
        assert.equal(body.success, false)
        assert.equal(body.errorType, 'error-service-unavailable')
      }
    }
    const sendSome = () => Promise.all(Array.from({ length: AT_ONCE }, () => send(randomId())))
    while (refused.size === 0) await sendSome()
    await sendSome()
    assert.ok(acknowledged.size > 0)

    // Reading goes on, and shows what was acknowledged and no more.
    const whole = async (): Promise<void> => {
      const room = new FollowedRoom()
      await room.catchUp(ana, 100)
      const said = room.inOrder.filter(({ t }) => t === undefined)
      assert.deepEqual(new Set(said.map(({ _id }) => _id)), acknowledged)
      const { msgs, seq } = await ana.room()
      assert.deepEqual([msgs, seq], [said.length + 1, said.length + 1])
    }
    await whole()

    // Somebody makes room: the same messages are sent again, and each is there once.
    const { pid } = server.child.process
    await promisify(execFile)('prlimit', ['--pid', String(pid), '--fsize=unlimited:unlimited'])
    for (const _id of refused) {
      await send(_id)
      assert.ok(acknowledged.has(_id), 'now it is taken')
    }
    await whole()
    assert.deepEqual(await server.stop(), { code: 0, signal: null })

    const next = await ChildServer.start({ storage })
    Object.assign(ana, { api: next })
    await whole()
    await next.stop()
  } finally {
    await remove()
  }
})
