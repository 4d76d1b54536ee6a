import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChildServer } from '../support/child-server.ts'
import { DdpClient } from '../support/ddp-client.ts'
import { residentBytes } from '../support/resident-memory.ts'
import { newVisitor } from '../support/visitor.ts'

/** `SOAK_MINUTES` shortens a trial. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 30)
const PEOPLE = 20
const MESSAGES = 5
const PACKAGE = new URL('../../package.json', import.meta.url)
/** Looks at the memory in each third of the time. */
const LOOKS = 20
/** By how much the last third may need more than the middle one. */
const FLAT = 1.05

/** One visitor's whole conversation, with a socket of his own that hears everything. */
async function converse(server: ChildServer): Promise<void> {
  const visitor = await newVisitor(server)
  const client = new DdpClient(Number(new URL(server.url).port))
  await client.opened()
  client.send({ msg: 'connect', version: '1', support: ['1'] })
  const token = { token: visitor.token, visitorToken: visitor.token }
  await client.call('livechat:setUpConnection', token)
  const options = { useCollection: false, args: [token], since: 0 }
  for (const stream of ['room-messages', 'livechat-room']) {
    await client.expectReady(stream, visitor.rid, options)
  }
  for (let index = 0; index < MESSAGES; index++) {
    const { _id } = await visitor.say(`message *${index}*`)
    await client.message(visitor.rid, `message *${index}*`)
    await visitor.edit(_id, `changed ${index}`)
    await client.message(visitor.rid, `changed ${index}`)
  }
  await visitor.close()
  await client.close()
}

test('[P12] memory stays flat while conversations come and go', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'foyer-soak-'))
  // As operators start it: the script has the flags that keep the memory small.
  const { scripts } = JSON.parse(await readFile(PACKAGE, 'utf8')) as {
    scripts: { start: string }
  }
  const command: [string, ...string[]] = ['sh', '-c', scripts.start]
  const server = await ChildServer.start({ storage: { kind: 'sqlite', folder }, command })
  t.after(() => rm(folder, { recursive: true, force: true }))
  const until = Date.now() + MINUTES * 60_000
  let conversations = 0
  const people = Array.from({ length: PEOPLE }, async () => {
    while (Date.now() < until) {
      await converse(server)
      conversations++
    }
  })
  const seen: number[] = []
  const watch = setInterval(
    () => {
      void residentBytes(server.child.process.pid ?? 0).then((bytes) => seen.push(bytes ?? 0))
    },
    (MINUTES * 60_000) / (LOOKS * 3 + 1),
  )
  try {
    await Promise.all(people)
  } finally {
    clearInterval(watch)
  }
  const meanOf = (part: readonly number[]): number =>
    part.reduce((sum, bytes) => sum + bytes, 0) / part.length
  const middle = meanOf(seen.slice(LOOKS, LOOKS * 2))
  const last = meanOf(seen.slice(LOOKS * 2))
  const inMb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  t.diagnostic(`${conversations} conversations; ${inMb(middle)}, then ${inMb(last)}`)
  assert.ok(last < middle * FLAT, `it grew from ${inMb(middle)} to ${inMb(last)}`)
  assert.equal((await server.stop()).code, 0)
})
