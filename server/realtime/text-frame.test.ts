import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './text-frame.ts'

test('a client reads every text as it was, at each length at which the head changes', async (t) => {
  const lengths = [0, 1, 125, 126, 127, 0xffff, 0x10000, 200_000]
  const texts = [...lengths.map((length) => 'x'.repeat(length)), 'é'.repeat(63), '👋 日本', '']
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  http.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      for (const text of texts) socket.write(textFrame(text))
      // What the library sends itself stands between ours.
      accepted.send('its own')
      socket.write(textFrame('after it'))
      accepted.close(1000)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => http.close())
  const { port } = http.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const heard: string[] = []
  // oxlint-disable-next-line typescript/no-base-to-string -- text frames come as one buffer
  client.on('message', (data) => heard.push(data.toString()))
  const [code] = await once(client, 'close')
  assert.equal(code, 1000)
  assert.deepEqual(heard, [...texts, 'its own', 'after it'])
})
