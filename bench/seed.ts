import { join } from 'node:path'
import { openDatabase, type StorageTarget } from '../server/storage/open.ts'
import { seedPostgresMessages, seedSqliteMessages } from './seed-messages.ts'
import { seedRooms } from './seed-rooms.ts'
import { ROOMS } from './workload.ts'

const DAYS = 2

/** Fills a database that the server has already started on once. */
export async function seed(target: StorageTarget, messages: number): Promise<void> {
  const messagesPerRoom = messages / ROOMS
  const start = Date.now() - DAYS * 86_400_000
  const db = await openDatabase(target, {})
  try {
    await seedRooms(db, start, messagesPerRoom)
  } finally {
    await db.close()
  }
  if (target.kind === 'sqlite') {
    await seedSqliteMessages(join(target.folder, 'foyer.db'), start, messagesPerRoom)
  } else {
    await seedPostgresMessages(target.url, start, messagesPerRoom)
  }
}
