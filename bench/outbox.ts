/**
 * Webhook deliveries a second: visitors write as fast as they are answered while a receiver, a
 * process of its own, takes every event. Tells what sending costs with the webhook off and on, and
 * how long after the last message the last event came. On the embedded engine, or DATABASE_URL's.
 * Usage: npm run bench:outbox [-- MESSAGES]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChildServer } from '../tests/support/child-server.ts'
import { Receiver } from '../tests/support/receiver.ts'
import { newVisitor, type TestVisitor } from '../tests/support/visitor.ts'
import { keepResults } from './storage-results.ts'

const ROOMS = 32
const messages = Math.ceil(Number(process.argv[2] ?? 6400) / ROOMS) * ROOMS

const lines: string[] = []

const databaseUrl = process.env['DATABASE_URL']
const folder = await mkdtemp(join(tmpdir(), 'foyer-bench-outbox-'))
const storage =
  databaseUrl === undefined
    ? ({ kind: 'sqlite', folder } as const)
    : ({ kind: 'postgres', url: databaseUrl } as const)
const receiver = await Receiver.start()
try {
  print(`${messages} messages in ${ROOMS} rooms on ${storage.kind}`)
  print(`webhook off: ${rate(messages, await round(''))} messages/s`)
  const sending = await round(receiver.url)
  print(`webhook on:  ${rate(messages, sending)} messages/s`)
  const engine = storage.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'
  keepResults(`Webhooks on ${engine}`, 'npm run bench:outbox', ['```text', ...lines, '```'])
} finally {
  await receiver.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Seconds until every message was acknowledged; waits for its event when there is a receiver. */
async function round(url: string): Promise<number> {
  const server = await ChildServer.start({
    storage,
    environment: {
      OVERWRITE_SETTING_Livechat_webhookUrl: url,
      OVERWRITE_SETTING_Livechat_webhook_on_visitor_message: 'true',
      OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1',
    },
  })
  try {
    const visitors: TestVisitor[] = []
    for (let index = 0; index < ROOMS; index++) visitors.push(await newVisitor(server))
    const from = receiver.received.length
    const started = performance.now()
    await Promise.all(visitors.map(talk))
    const sent = performance.now()
    if (url !== '') {
      await receiver.has(from + messages)
      const delivered = performance.now()
      print(`deliveries:  ${rate(messages, (delivered - started) / 1000)} events/s`)
      print(`the last event came ${Math.round(delivered - sent)} ms after the last message`)
    }
    return (sent - started) / 1000
  } finally {
    await server.stop()
  }
}

async function talk(visitor: TestVisitor): Promise<void> {
  for (let index = 0; index < messages / ROOMS; index++) await visitor.say('How are you today?')
}

function rate(count: number, seconds: number): number {
  return Math.round(count / seconds)
}

function print(text: string): void {
  lines.push(text)
  process.stdout.write(`${text}\n`)
}
