import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { createDomainCheck, type DomainCheck } from './domain-check.ts'

const NO_ERROR = 0
const SERVER_FAILURE = 2
const NO_SUCH_DOMAIN = 3
/** A slow machine must not turn the answers of these name servers into silence. */
const PATIENCE_MS = 30_000
/** What a lookup takes that nobody cuts short. */
const UNLIMITED_MS = 5000

/** What a name server says of a name by its first label; nothing where there is none. */
type Codes = Readonly<Record<string, number | undefined>>

/** The root's name server "a", pointed back to the question's name: type NS, class IN. */
const ROOT_SERVER = Buffer.from('c00c000200010000003c0003016100', 'hex')

interface NameServer {
  socket: Socket
  address: string
  /** Waits for this server for as long as it takes. */
  check: DomainCheck
}

/** A name server for the loopback address. */
async function nameServer(codes: Codes): Promise<NameServer> {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const label = question.subarray(13, 13 + (question[12] ?? 0)).toString()
    const code = codes[label] ?? codes['*']
    if (code === undefined || label === 'silent') return
    const isRoot = label === '' && code === NO_ERROR
    // Without what the client adds to its question: one question, no additional records.
    const end = isRoot ? 17 : question.indexOf(0, 12) + 5
    const answer = Buffer.concat([question.subarray(0, end), ...(isRoot ? [ROOT_SERVER] : [])])
    answer.writeUInt16BE(0x8180 | code, 2)
    answer.writeUInt16BE(isRoot ? 1 : 0, 6)
    answer.writeUInt16BE(0, 10)
    socket.send(answer, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const address = `127.0.0.1:${socket.address().port}`
  return { socket, address, check: createDomainCheck([address], PATIENCE_MS) }
}

let world: NameServer
let island: NameServer

before(async () => {
  const names = { '': NO_ERROR, exists: NO_ERROR, broken: SERVER_FAILURE, missing: NO_SUCH_DOMAIN }
  world = await nameServer(names)
  island = await nameServer({ '*': NO_SUCH_DOMAIN })
})

after(() => {
  world.socket.close()
  island.socket.close()
})

test('[P10] only the definite word that a domain does not exist is a no', async () => {
  assert.equal(await world.check('ana@missing.example'), false)
  assert.equal(await world.check('ana@exists.example'), true)
  assert.equal(await world.check('ana@broken.example'), true)
})

test('[P10] a name system that knows no name outside its network refuses nobody', async () => {
  assert.equal(await island.check('ana@missing.example'), true)
})

test('[P10] a name system that does not answer is a yes within a second', async () => {
  const start = performance.now()
  assert.equal(await createDomainCheck([world.address])('ana@silent.example'), true)
  const took = performance.now() - start
  assert.ok(took < UNLIMITED_MS, `${took} ms`)
})
