import type { Topic } from '../lib/topics.ts'
import type { Bus, BusState, Whisper } from './bus.ts'
import { MemoryBus } from './memory-bus.ts'
import { decode, encode, type Told } from './wire.ts'

/** Between two sends of a process: what is told in the meantime goes together. */
const PAUSE_MS = 4
/** After a send that failed although the link says that it holds. */
const RETRY_MS = 250
/** Topics kept while the link is lost; more than these become "look at everything". */
const KEPT_TOPICS = 20_000
/** Whispers of one send; what is typed beyond that is not worth telling late. */
const WHISPERS = 500

/** A way to the other processes. It reconnects by itself for ever. */
export interface Link {
  /** Longest text that it carries, in bytes. */
  readonly maxBytes: number
  /** Resolves once the texts are on their way to everybody; rejects when that is not certain. */
  send(texts: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** What a link tells the bus. */
export interface LinkEvents {
  connected(): void
  lost(): void
  received(text: string): void
}

/**
 * The bus of a process, alone until it joins others. This process hears its own rings at once, whatever the link
 * does; the others hear what has gathered in a few milliseconds. What could not be told while the
 * link was lost is told when it is back.
 */
export class LinkedBus implements Bus {
  readonly #local = new MemoryBus()
  readonly #nodeId: string
  #link: Link | undefined
  #connected = false
  #topics = new Set<Topic>()
  #whispers: Whisper[] = []
  #everything = false
  #sending = false
  #timer: NodeJS.Timeout | undefined
  #lastSend = 0
  #lagMs: number | null = null

  constructor(nodeId: string) {
    this.#nodeId = nodeId
  }

  get state(): BusState {
    if (this.#link === undefined) return 'alone'
    return this.#connected ? 'connected' : 'lost'
  }

  get lagMs(): number | null {
    return this.#lagMs
  }

  /** Joins the others. @param onState called whenever the link is lost or comes back */
  join(open: (events: LinkEvents) => Link, onState: () => void): void {
    this.#link = open({
      connected: () => {
        this.#connected = true
        onState()
        // What the others told in the meantime was not heard.
        this.#local.missed()
        this.#schedule(0)
      },
      lost: () => {
        if (!this.#connected) return
        this.#connected = false
        onState()
      },
      received: (text) => this.#receive(text),
    })
  }

  ring(topics: Iterable<Topic>): void {
    const told = [...topics]
    this.#local.ring(told)
    if (this.#link === undefined) return
    this.#keep(told)
    this.#schedule(PAUSE_MS)
  }

  /** Rings in this process alone. */
  ringHere(topics: Iterable<Topic>): void {
    this.#local.ring(topics)
  }

  whisper(whisper: Whisper): void {
    this.#local.whisper(whisper)
    if (!this.#connected || this.#whispers.length >= WHISPERS) return
    this.#whispers.push(whisper)
    this.#schedule(PAUSE_MS)
  }

  onRing(listener: (topics: ReadonlySet<Topic>) => void): () => void {
    return this.#local.onRing(listener)
  }

  onMissed(listener: () => void): () => void {
    return this.#local.onMissed(listener)
  }

  onWhisper(listener: (whisper: Whisper) => void): () => void {
    return this.#local.onWhisper(listener)
  }

  /** Says in this process that rings may have been missed. */
  missed(): void {
    this.#local.missed()
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // The last commits are told, too, as far as that is quickly done.
    if (this.#connected && !this.#sending) await this.#send()
    this.#connected = false
    await this.#link?.close()
    await this.#local.close()
  }

  #keep(topics: Iterable<Topic>): void {
    for (const topic of topics) this.#topics.add(topic)
    if (this.#topics.size <= KEPT_TOPICS) return
    this.#topics.clear()
    this.#everything = true
  }

  #schedule(pauseMs: number): void {
    if (!this.#connected || this.#sending || this.#timer !== undefined) return
    if (this.#isEmpty()) return
    const wait = Math.max(0, this.#lastSend + pauseMs - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#send()
    }, wait)
  }

  #isEmpty(): boolean {
    return this.#topics.size === 0 && this.#whispers.length === 0 && !this.#everything
  }

  async #send(): Promise<void> {
    const link = this.#link
    if (link === undefined || this.#isEmpty()) return
    const told: Told = {
      topics: [...this.#topics],
      whispers: this.#whispers,
      everything: this.#everything,
    }
    this.#topics = new Set()
    this.#whispers = []
    this.#everything = false
    this.#sending = true
    this.#lastSend = performance.now()
    let pause = PAUSE_MS
    try {
      await link.send(encode(this.#nodeId, told, link.maxBytes))
      this.#lagMs = Math.round((performance.now() - this.#lastSend) * 10) / 10
    } catch {
      // Telling twice costs a look; the link itself says when it is lost.
      this.#keep(told.topics)
      this.#everything ||= told.everything
      pause = RETRY_MS
      this.#lastSend = performance.now()
    } finally {
      this.#sending = false
    }
    this.#schedule(pause)
  }

  #receive(text: string): void {
    const message = decode(text)
    if (message === undefined || message.from === this.#nodeId) return
    if (message.everything) this.#local.missed()
    this.#local.ring(message.topics)
    for (const whisper of message.whispers) this.#local.whisper(whisper)
  }
}
