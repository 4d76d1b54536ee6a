import Fastify from 'fastify'
import { answerSchema } from '../server/contract/openapi.ts'
import type { Endpoint } from '../server/contract/define.ts'
import {
  messageHistory,
  sendMessage,
  updateMessage,
  type WireMessage,
} from '../server/features/messages/contract.ts'
import { exampleRoom, getRoom } from '../server/features/rooms/contract.ts'
import { PAGE } from './workload.ts'

/**
 * The yardstick: Fastify as its makers ship it, with the request schemas of the real endpoints and
 * their answers serialised by schema, and nothing stored, looked up or parsed for markup.
 */
const app = Fastify({ logger: false })

const example = (sendMessage.example.response as { message: WireMessage }).message

function add(endpoint: unknown, answer: (body: { msg: string }) => object): void {
  const { method, path, params, query, body } = endpoint as Endpoint
  app.route<{ Body: { msg: string } }>({
    method,
    url: path,
    schema: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { querystring: query }),
      ...(body === undefined ? {} : { body }),
      response: { 200: answerSchema(endpoint as Endpoint) },
    },
    handler: async (request) => answer(request.body),
  })
}

const messageOf = (text: string): WireMessage => ({
  ...example,
  msg: text,
  md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: text }] }],
})

const text =
  'A text as long as most of those that visitors write to an agent, neither long nor short'
const page = Array.from({ length: PAGE }, () => messageOf(text))

add(sendMessage, ({ msg }) => ({ message: messageOf(msg), success: true }))
add(updateMessage, ({ msg }) => ({ message: messageOf(msg), success: true }))
add(messageHistory, () => ({ messages: page, seq: PAGE, success: true }))
add(getRoom, () => ({ room: exampleRoom, newRoom: false, success: true }))

process.stdout.write(
  `Bare server is ready at ${await app.listen({ port: 0, host: '127.0.0.1' })}\n`,
)
process.on('SIGTERM', () => process.exit(0))
