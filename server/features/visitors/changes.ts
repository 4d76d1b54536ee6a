import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

const EMAIL = /^[^\s@<>"(),:;]{1,64}@[^\s@<>"(),:;]+\.[^\s@<>"(),:;.]{2,}$/

/** An e-mail address as it is kept. @throws ApiError `error-invalid-email` */
export function checkedEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (!EMAIL.test(email)) throw new ApiError('error-invalid-email')
  return email
}

/** Changes what is known about a visitor; his open conversation is named after him. */
export async function changeVisitor(
  tx: Tx,
  known: Row<'visitor'>,
  fields: Partial<Row<'visitor'>>,
  now: number,
): Promise<Row<'visitor'>> {
  const at = isoTime(now)
  const changed = { ...known, ...fields, updated_at: at }
  await tx.updateRows('visitor', [{ id: known.id, ...fields, updated_at: at }])
  if (changed.name !== known.name) {
    // Only the label: the rest of the room belongs to concurrent messages.
    const rooms = await tx.q
      .updateTable('room')
      .set({ label: changed.name ?? changed.username, updated_at: at })
      .where('visitor_id', '=', known.id)
      .where('closed_at', 'is', null)
      .returning('id')
      .execute()
    for (const { id } of rooms) tx.ring(`room:${id}`)
  }
  return changed
}
