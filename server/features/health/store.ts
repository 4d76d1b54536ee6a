import type { Reader } from '../../storage/database.ts'

/** Asks the database for a row that every installation has. */
export async function pingDatabase(reader: Reader): Promise<void> {
  await reader.rows('select id from "role" limit 1', [])
}
