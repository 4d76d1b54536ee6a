import type { Row } from '../../storage/tables.ts'
import type { WireAudit } from './contract.ts'

/** Row to wire. */
export const toWireAudit = (row: Row<'audit'>): WireAudit => ({
  _id: row.id,
  at: row.at,
  action: row.action,
  target: row.target,
  ...(row.actor_id === null
    ? {}
    : { by: { _id: row.actor_id, username: row.actor_username ?? '' } }),
  ...(row.ip === null ? {} : { ip: row.ip }),
  details: JSON.parse(row.details) as unknown,
})
