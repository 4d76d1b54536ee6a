import type { NodeWatcher } from '../cluster/nodes.ts'
import type { AppContext } from '../context.ts'
import { applyToUser, applyToVisitors } from './apply.ts'
import { subjectsAt, type Claim, type Connected, type Kind } from './store.ts'

/** Changes of one moment go to the database together. */
const GATHER_MS = 50
/** A page that is loaded again is no departure. */
const GRACE_MS = 5000
const LOOK_MS = 500
/** Visitors of one transaction. */
const VISITORS = 200

/** Who is behind a connection. */
export interface Present {
  kind: 'visitor' | 'agent'
  id: string
}

/** The connections of somebody to this process. */
interface Subject {
  kind: Kind
  id: string
  /** Each connection, and whether it is idle. */
  readonly away: Map<string, boolean>
  /** Since when he has none; set while he has none. */
  leftAt: number | undefined
  /** What the database was told last. */
  told: Connected | 'gone'
}

/**
 * Who is connected to this process, counted in memory. The database holds one row for each of them
 * and process, written when that changes and never renewed: it counts as long as the process gives
 * signs of life. So ten thousand idle connections cost no writes, and those of a process that was
 * killed end with it.
 */
export class LivePresence implements NodeWatcher {
  readonly #ctx: AppContext
  readonly #nodeId: string
  readonly #subjects = new Map<string, Subject>()
  readonly #changed = new Set<Subject>()
  readonly #leaving = new Set<Subject>()
  #look: NodeJS.Timeout | undefined
  #gather: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #stopped = false

  constructor(ctx: AppContext, nodeId: string) {
    this.#ctx = ctx
    this.#nodeId = nodeId
  }

  start(): void {
    this.#look = setInterval(() => void this.tick(), LOOK_MS)
    this.#look.unref()
  }

  /** A connection of the subject is there. */
  attach(present: Present, connection: string): void {
    const subject = this.#subject(present)
    subject.away.set(connection, false)
    subject.leftAt = undefined
    this.#leaving.delete(subject)
    this.#note(subject)
  }

  /** That connection is gone. When it was the last one, he has some seconds to come back. */
  detach(present: Present, connection: string): void {
    const subject = this.#subjects.get(keyOf(present))
    if (this.#stopped || subject?.away.delete(connection) !== true) return
    if (subject.away.size > 0) {
      this.#note(subject)
      return
    }
    subject.leftAt = this.#ctx.clock.now()
    this.#leaving.add(subject)
  }

  /** The user says that he is not at that connection. */
  away(present: Present, connection: string): void {
    this.#idle(present, connection, true)
  }

  /** The user says that he is back at that connection. */
  online(present: Present, connection: string): void {
    this.#idle(present, connection, false)
  }

  /** Ends the grace of those who did not come back, and writes what has changed. */
  async tick(): Promise<void> {
    const now = this.#ctx.clock.now()
    for (const subject of this.#leaving) {
      if (subject.leftAt === undefined || now - subject.leftAt < GRACE_MS) continue
      this.#leaving.delete(subject)
      this.#changed.add(subject)
    }
    while (this.#writing !== undefined) await this.#writing
    if (this.#changed.size === 0 || this.#stopped) return
    this.#writing = this.#write().finally(() => (this.#writing = undefined))
    await this.#writing
  }

  /**
   * Ends what a process said that is gone. Several may do it at once: whoever finds nothing left
   * changes nothing.
   */
  async released(nodeId: string): Promise<void> {
    const { db } = this.#ctx
    for (;;) {
      const { users, visitors } = await db.read((reader) => subjectsAt(reader, nodeId, VISITORS))
      if (users.length + visitors.length === 0) return
      const claim = (id: string): Claim => ({ id, nodeId, state: 'gone' })
      if (visitors.length > 0) {
        await db.transact((tx) => applyToVisitors(this.#ctx, tx, visitors.map(claim)))
      }
      for (const id of users) await db.transact((tx) => applyToUser(this.#ctx, tx, claim(id)))
    }
  }

  /** Says everything anew: the others have ended it. */
  revived(): void {
    for (const subject of this.#subjects.values()) {
      subject.told = 'gone'
      this.#note(subject)
    }
  }

  /**
   * Says nothing more. What was said stays until the others see that this process has ended, by
   * when those who were connected have found another one.
   */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#look)
    clearTimeout(this.#gather)
    await this.#writing
  }

  #subject(present: Present): Subject {
    const key = keyOf(present)
    const known = this.#subjects.get(key)
    if (known !== undefined) return known
    const subject: Subject = {
      kind: kindOf(present),
      id: present.id,
      away: new Map(),
      leftAt: undefined,
      told: 'gone',
    }
    this.#subjects.set(key, subject)
    return subject
  }

  #idle(present: Present, connection: string, away: boolean): void {
    const subject = this.#subjects.get(keyOf(present))
    if (subject?.away.has(connection) !== true) return
    subject.away.set(connection, away)
    this.#note(subject)
  }

  #note(subject: Subject): void {
    if (this.#stateOf(subject) === subject.told || this.#stopped) return
    this.#changed.add(subject)
    this.#gather ??= setTimeout(() => {
      this.#gather = undefined
      void this.tick()
    }, GATHER_MS)
    this.#gather.unref()
  }

  async #write(): Promise<void> {
    const looked = [...this.#changed]
    this.#changed.clear()
    const changed = looked.filter((subject) => this.#stateOf(subject) !== subject.told)
    const visitors = changed.filter(({ kind }) => kind === 'visitor')
    for (let from = 0; from < visitors.length; from += VISITORS) {
      await this.#tell(visitors.slice(from, from + VISITORS))
    }
    // One by one: what follows from a user's coming and going takes locks of its own.
    for (const subject of changed) if (subject.kind === 'user') await this.#tell([subject])
    for (const subject of looked) {
      // What failed, and what has changed in the meantime, goes with the next look.
      if (this.#stateOf(subject) !== subject.told) this.#changed.add(subject)
      else if (subject.told === 'gone' && subject.away.size === 0 && !this.#leaving.has(subject)) {
        this.#subjects.delete(`${subject.kind}:${subject.id}`)
      }
    }
  }

  async #tell(subjects: readonly Subject[]): Promise<void> {
    const { db, log } = this.#ctx
    const claims = subjects.map((subject) => ({
      id: subject.id,
      nodeId: this.#nodeId,
      state: this.#stateOf(subject),
    }))
    try {
      await db.transact(async (tx) => {
        if (subjects[0]?.kind === 'visitor') await applyToVisitors(this.#ctx, tx, claims)
        else for (const claim of claims) await applyToUser(this.#ctx, tx, claim)
      })
      subjects.forEach((subject, index) => (subject.told = claims[index]?.state ?? subject.told))
    } catch (error) {
      log.warn({ err: error }, 'presence waits for the storage')
    }
  }

  /** What is to be told of somebody; while he may come back, what was told before. */
  #stateOf({ away, leftAt, told }: Subject): Claim['state'] {
    if (away.size > 0) return [...away.values()].includes(false) ? 'online' : 'away'
    const mayReturn = leftAt !== undefined && this.#ctx.clock.now() - leftAt < GRACE_MS
    return mayReturn ? told : 'gone'
  }
}

const kindOf = ({ kind }: Present): Kind => (kind === 'agent' ? 'user' : 'visitor')

const keyOf = (present: Present): string => `${kindOf(present)}:${present.id}`
