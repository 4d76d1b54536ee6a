import type { Row } from '../../storage/tables.ts'
import type { WireOfflineMessage } from './contract.ts'

/** Row to wire, for managers. */
export const toWireOfflineMessage = (row: Row<'offline_message'>): WireOfflineMessage => ({
  _id: row.id,
  name: row.name,
  email: row.email,
  message: row.message,
  ...(row.department === null ? {} : { department: row.department }),
  ...(row.host === null ? {} : { host: row.host }),
  ...(row.language === null ? {} : { language: row.language }),
  ts: row.created_at,
  mail: row.mail,
})
