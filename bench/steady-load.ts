import { Agent, request } from 'node:http'
import { createRandom, createTexts, roomId, ROOMS, TEXTS, visitorToken } from './workload.ts'

const TICK_MS = 5

/** How long messages took that were sent within some time, in milliseconds. */
export interface Latencies {
  sent: number
  p50: number
  p99: number
  /** The slowest one. */
  most: number
}

/**
 * Messages at a steady rate, whether the server keeps up or not: each counts from the moment at
 * which it was due, so that a server that stalls cannot hide it.
 */
export class SteadyLoad {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 })
  readonly #texts = createTexts()
  readonly #random = createRandom(11)
  readonly #underWay = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #milliseconds: number[] = []
  #failed = 0

  /** @param rate messages a second */
  constructor(port: number, rate: number) {
    this.#port = port
    const started = performance.now()
    let count = 0
    this.#timer = setInterval(() => {
      for (;;) {
        const due = started + (count * 1000) / rate
        if (due > performance.now()) return
        count++
        const sending = this.#send(due).finally(() => this.#underWay.delete(sending))
        this.#underWay.add(sending)
      }
    }, TICK_MS)
  }

  /** Latencies of what is sent and answered while `work` runs. @throws when a message failed */
  async during(work: () => Promise<unknown>): Promise<Latencies> {
    this.#milliseconds = []
    await work()
    await Promise.all(this.#underWay)
    if (this.#failed > 0) throw new Error(`${this.#failed} messages were not answered with 200`)
    const sorted = this.#milliseconds.toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
    return { sent: sorted.length, p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#underWay)
    this.#agent.destroy()
  }

  async #send(due: number): Promise<void> {
    const room = Math.floor(this.#random() * ROOMS)
    const body = JSON.stringify({
      token: visitorToken(room),
      rid: roomId(room),
      msg: this.#texts[Math.floor(this.#random() * TEXTS)] ?? 'text',
    })
    if ((await this.#post(body)) !== 200) this.#failed++
    this.#milliseconds.push(performance.now() - due)
  }

  #post(body: string): Promise<number> {
    return new Promise((resolve) => {
      const call = request(
        {
          port: this.#port,
          host: '127.0.0.1',
          path: '/api/v1/livechat/message',
          method: 'POST',
          agent: this.#agent,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        },
        (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
        },
      )
      call.on('error', () => resolve(0))
      call.end(body)
    })
  }
}
