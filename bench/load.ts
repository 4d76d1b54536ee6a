import { connect, type Socket } from 'node:net'
import type { LoadJob, LoadResult } from './protocol.ts'
import { createRequests, type NextRequest } from './requests.ts'

/**
 * The load generator: keep-alive sockets that each wait for their answer before they ask again. It
 * reads no more of an answer than its status and its length, so that one core of it is enough for
 * one core of server. Runs as a child process: a job comes in, a result goes out.
 */
process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))

const HEADER_END = Buffer.from('\r\n\r\n')
const LENGTH = Buffer.from('content-length: ')
const OK = Buffer.from('HTTP/1.1 200')
/** Latencies are counted in steps of 0.02 ms, up to 2 s. */
const STEP_MS = 0.02
const STEPS = 100_000

interface Counts {
  steps: Uint32Array
  answers: number
  errors: number
  firstError: string | undefined
}

async function run(job: LoadJob): Promise<LoadResult> {
  const next = createRequests(job)
  const counts: Counts = {
    steps: new Uint32Array(STEPS + 1),
    answers: 0,
    errors: 0,
    firstError: undefined,
  }
  const clients = await Promise.all(
    Array.from({ length: job.connections }, () => Client.open(job.port, next, counts)),
  )
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  for (const client of clients) client.ask()
  await new Promise((resolve) => {
    setTimeout(resolve, job.seconds * 1000)
  })
  const elapsed = performance.now() - started
  const { answers } = counts
  const cpu = process.cpuUsage(cpuBefore)
  // The last question of each client is answered and not counted.
  await Promise.all(clients.map((client) => client.finish()))
  return {
    requestsPerSecond: (answers * 1000) / elapsed,
    p50: percentile(counts.steps, 0.5),
    p99: percentile(counts.steps, 0.99),
    errors: counts.errors,
    firstError: counts.firstError,
    cpu: (cpu.user + cpu.system) / 1000 / elapsed,
  }
}

function percentile(steps: Uint32Array, share: number): number {
  const wanted = steps.reduce((sum, count) => sum + count, 0) * share
  let seen = 0
  for (const [step, count] of steps.entries()) {
    seen += count
    if (seen >= wanted) return step * STEP_MS
  }
  return Infinity
}

class Client {
  readonly #socket: Socket
  readonly #next: NextRequest
  readonly #counts: Counts
  /** The answer so far, when it did not come in one piece. */
  #part: Buffer | undefined
  #asked = 0
  #finished: (() => void) | undefined

  constructor(socket: Socket, next: NextRequest, counts: Counts) {
    this.#socket = socket
    this.#next = next
    this.#counts = counts
  }

  static open(port: number, next: NextRequest, counts: Counts): Promise<Client> {
    return new Promise((resolve, reject) => {
      let client: Client | undefined
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(65_536),
          callback: (size, buffer) => {
            client?.received(Buffer.from(buffer.buffer, buffer.byteOffset, size))
            return true
          },
        },
      })
      socket.once('connect', () => {
        client = new Client(socket, next, counts)
        resolve(client)
      })
      socket.on('error', reject)
    })
  }

  ask(): void {
    this.#asked = performance.now()
    this.#socket.write(this.#next())
  }

  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#finished = () => {
        this.#socket.destroy()
        resolve()
      }
    })
  }

  received(piece: Buffer): void {
    const answer = this.#part === undefined ? piece : Buffer.concat([this.#part, piece])
    const size = sizeOf(answer)
    if (size === undefined || answer.length < size) {
      // The socket's buffer is used again for the next piece.
      this.#part = Buffer.from(answer)
      return
    }
    this.#part = undefined
    this.#count(answer)
    if (this.#finished === undefined) this.ask()
    else this.#finished()
  }

  #count(answer: Buffer): void {
    const counts = this.#counts
    const step = Math.floor((performance.now() - this.#asked) / STEP_MS)
    const index = Math.min(step, STEPS)
    counts.steps[index] = (counts.steps[index] ?? 0) + 1
    counts.answers++
    if (answer.compare(OK, 0, OK.length, 0, OK.length) === 0) return
    counts.errors++
    counts.firstError ??= answer.toString('utf8').slice(0, 500)
  }
}

/** Bytes of the whole answer, once its head is there. */
function sizeOf(answer: Buffer): number | undefined {
  const end = answer.indexOf(HEADER_END)
  if (end < 0) return undefined
  let at = answer.indexOf(LENGTH) + LENGTH.length
  let length = 0
  for (let byte = answer[at] ?? 0; byte >= 48 && byte <= 57; byte = answer[++at] ?? 0) {
    length = length * 10 + byte - 48
  }
  return end + HEADER_END.length + length
}
