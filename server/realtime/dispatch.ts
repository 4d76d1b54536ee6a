import type { AppContext } from '../context.ts'
import { LIMITS } from './limits.ts'
import { ddpError, frames, type ClientFrame } from './protocol.ts'
import type { Session } from './session.ts'
import type { SocketMethods } from './socket-methods.ts'
import {
  keyOf,
  notAllowed,
  readRequest,
  Refusal,
  type Stream,
  type StreamRequest,
} from './streams.ts'

/** Answers the frames of clients: the protocol's side of everything they can ask for. */
export class Dispatcher {
  readonly #ctx: AppContext
  readonly #methods: SocketMethods
  readonly #streams: ReadonlyMap<string, Stream>

  constructor(ctx: AppContext, methods: SocketMethods, streams: ReadonlyMap<string, Stream>) {
    this.#ctx = ctx
    this.#methods = methods
    this.#streams = streams
  }

  /** Answers one frame. Never rejects. */
  async answer(session: Session, frame: ClientFrame): Promise<void> {
    try {
      await this.#answer(session, frame)
    } catch (error) {
      this.#ctx.log.error({ err: error, msg: frame.msg }, 'failed')
    }
  }

  async #answer(session: Session, frame: ClientFrame): Promise<void> {
    switch (frame.msg) {
      case 'connect':
        if (!frame.supported) {
          session.send(frames.failed())
          return
        }
        session.send(frames.connected(session.id))
        session.connected()
        return
      case 'method': {
        const outcome = await this.#methods.call(session, frame.name, frame.params)
        session.send(frames.result(frame.id, outcome))
        session.send(frames.updated(frame.id))
        return
      }
      case 'sub':
        await this.#subscribe(session, frame)
        return
      case 'unsub':
        this.#unsubscribe(session, frame.id)
        return
      default:
        return
    }
  }

  async #subscribe(
    session: Session,
    { id, name, params }: { id: string; name: string; params: readonly unknown[] },
  ): Promise<void> {
    // Sent by bots before they sign in; there is nothing to configure.
    if (name === 'meteor.loginServiceConfiguration') {
      session.send(frames.ready(id))
      return
    }
    try {
      const stream = this.#streams.get(name)
      if (stream === undefined) throw new Refusal('404', `Subscription '${name}' not found`)
      const request = readRequest(name, params)
      if (request === undefined) throw notAllowed()
      await this.#follow(session, stream, request, id)
    } catch (error) {
      session.send(frames.nosub(id, this.#refusalOf(error)))
    }
  }

  /** Several subscriptions of one socket to one event are one following, hence one frame. */
  async #follow(
    session: Session,
    stream: Stream,
    request: StreamRequest,
    id: string,
  ): Promise<void> {
    const key = keyOf(request.stream, request.event)
    const known = session.subscriptions.get(key)
    if (known === undefined) {
      const most = session.login ? LIMITS.agentSubscriptions : LIMITS.visitorSubscriptions
      if (session.subscriptions.size >= most) throw new Refusal('error-too-many-requests')
    } else if (known.ids.length >= LIMITS.visitorSubscriptions) {
      throw new Refusal('error-too-many-requests')
    }
    const following = known?.following ?? (await stream.admit(session, request))
    if (!session.open) {
      following.stop()
      return
    }
    if (known === undefined) session.subscriptions.set(key, { key, ids: [id], following })
    else if (!known.ids.includes(id)) known.ids.push(id)
    session.send(frames.ready(id))
    if (request.useCollection) session.send(frames.added(request.stream, request.event))
    following.start(request)
  }

  #unsubscribe(session: Session, id: string): void {
    for (const subscription of session.subscriptions.values()) {
      if (!subscription.ids.includes(id)) continue
      subscription.ids = subscription.ids.filter((one) => one !== id)
      if (subscription.ids.length === 0) {
        session.subscriptions.delete(subscription.key)
        subscription.following.stop()
      }
    }
    session.send(frames.nosub(id))
  }

  #refusalOf(error: unknown) {
    if (error instanceof Refusal) return error.error
    this.#ctx.log.error({ err: error }, 'a subscription failed')
    return ddpError(500, 'Internal server error')
  }
}
