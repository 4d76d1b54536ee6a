import type { LoadJob } from './protocol.ts'
import {
  createPlainTexts,
  createRandom,
  createTexts,
  messageId,
  roomId,
  ROOMS,
  visitorToken,
} from './workload.ts'

/** Gives the next HTTP request as it goes over the socket. */
export type NextRequest = () => string

/**
 * Makes the requests of a run. What can be joined beforehand is, so that the generator costs less
 * than the server.
 */
export function createRequests(job: LoadJob): NextRequest {
  const random = createRandom(7 + job.connections)
  const anyRoom = () => Math.floor(random() * ROOMS)
  const head = `HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\n`
  switch (job.scenario) {
    case 'post':
    case 'postPlain':
      return choiceOf(
        messages(random, textsOf(job.scenario), (room, text) =>
          withBody('POST /api/v1/livechat/message', head, {
            token: visitorToken(room),
            rid: roomId(room),
            msg: text,
          }),
        ),
        random,
      )
    case 'postWithId': {
      const start = `${process.pid}${Date.now()}`
      let count = 0
      const bodies = messages(random, createTexts(), (room, text) =>
        withBody('POST /api/v1/livechat/message', head, {
          _id: PLACEHOLDER,
          token: visitorToken(room),
          rid: roomId(room),
          msg: text,
        }).split(PLACEHOLDER),
      )
      const next = choiceOf(bodies, random)
      return () => next().join(`${start}${count++}`.padEnd(PLACEHOLDER.length, 'x'))
    }
    case 'put': {
      const texts = createTexts()
      let count = 0
      return () => {
        const room = anyRoom()
        // Agents wrote every second one; only the visitor's own can be edited.
        const index = Math.floor((random() * job.messagesPerRoom) / 2) * 2
        return withBody(`PUT /api/v1/livechat/message/${messageId(room, index)}`, head, {
          token: visitorToken(room),
          rid: roomId(room),
          msg: `${texts[count % texts.length]} ${count++}`,
        })
      }
    }
    case 'history':
      return () => {
        const room = anyRoom()
        return `GET /api/v1/livechat/messages.history/${roomId(room)}?token=${visitorToken(room)} ${head}\r\n`
      }
    case 'room':
      return () => {
        const room = anyRoom()
        return `GET /api/v1/livechat/room?token=${visitorToken(room)}&rid=${roomId(room)} ${head}\r\n`
      }
  }
}

const PLACEHOLDER = '_'.repeat(32)
const PREPARED = 20_000

const textsOf = (scenario: 'post' | 'postPlain'): string[] =>
  scenario === 'post' ? createTexts() : createPlainTexts()

function messages<Prepared>(
  random: () => number,
  texts: readonly string[],
  make: (room: number, text: string) => Prepared,
): Prepared[] {
  return Array.from({ length: PREPARED }, (_none, index) =>
    make(index % ROOMS, texts[Math.floor(random() * texts.length)] ?? ''),
  )
}

const choiceOf =
  <Prepared>(choices: readonly Prepared[], random: () => number) =>
  () =>
    choices[Math.floor(random() * choices.length)] as Prepared

function withBody(target: string, head: string, body: object): string {
  const text = JSON.stringify(body)
  const length = Buffer.byteLength(text)
  return `${target} ${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${text}`
}
