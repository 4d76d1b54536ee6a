import { decodeDates } from './frames.ts'
import { RestError, type Rest } from './rest.ts'
import type { Message } from './room-state.ts'

/**
 * A page of a room's messages as an agent sees them, newest first: the newest, or those before a
 * time, system messages included.
 */
export async function readHistory(
  rest: Rest,
  rid: string,
  limit: number,
  before?: string,
): Promise<Message[]> {
  const end = before === undefined ? null : { $date: Date.parse(before) }
  const call = { msg: 'method', id: '1', method: 'loadHistory', params: [rid, end, limit] }
  const { message } = await rest('POST method.call/:method', {
    params: { method: 'loadHistory' },
    body: { message: JSON.stringify(call) },
  })
  // The method's own answer; `false` where the room cannot be read.
  const { result } = decodeDates(JSON.parse(message)) as {
    result?: { messages: Message[] } | false
  }
  if (result === undefined || result === false) throw new RestError(400, { error: 'not-allowed' })
  return result.messages
}
