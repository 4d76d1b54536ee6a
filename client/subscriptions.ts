import { errorOf, type Frame } from './frames.ts'
import type { SubscriptionOptions } from './socket-types.ts'
import { backoffMs, type Timers } from './timers.ts'

/** Refusals that are over some time later. */
const PASSING = /^$|^429$|^5\d\d$|too-many-requests|unavailable|overloaded/

interface Subscription {
  wish: SubscriptionOptions
  /** Of the present connection; a new one has new ids, so nothing old is mistaken for new. */
  id: string | undefined
  failures: number
  stopWaiting: () => void
}

/** The subscriptions of a socket, asked for again with each connection. */
export interface Subscriptions {
  add: (wish: SubscriptionOptions) => () => void
  connected: () => void
  disconnected: () => void
  hear: (frame: Frame) => void
}

/** Keeps subscriptions over connections; `send` writes to the present one. */
export function createSubscriptions(send: (frame: object) => void, timers: Timers): Subscriptions {
  const all = new Set<Subscription>()
  let isConnected = false
  let lastId = 0

  function ask(subscription: Subscription): void {
    subscription.stopWaiting()
    const { stream, event, extra, since, onStart } = subscription.wish
    subscription.id = `s${++lastId}`
    onStart?.()
    const options = {
      useCollection: false,
      args: extra === undefined ? [] : [extra],
      since: since?.(),
    }
    send({ msg: 'sub', id: subscription.id, name: `stream-${stream}`, params: [event, options] })
  }

  function refused(subscription: Subscription, error: Frame['error']): void {
    subscription.id = undefined
    const { code, text } = errorOf(error ?? {})
    if (PASSING.test(code)) {
      const delay = backoffMs(subscription.failures++, timers.random)
      subscription.stopWaiting = timers.after(delay, () => ask(subscription))
    } else {
      subscription.wish.onRefused?.({ code, text })
    }
  }

  function changed({ collection, fields = {} }: Frame): void {
    const { eventName, args = [], seq, upToDate, limited } = fields
    for (const { id, wish } of all) {
      const isFor = collection === `stream-${wish.stream}` && eventName === wish.event
      if (id === undefined || !isFor) continue
      if (upToDate === true) wish.onUpToDate?.({ limited: limited === true, seq: seq ?? 0 })
      else wish.onEvent(args, seq)
    }
  }

  return {
    add: (wish) => {
      const subscription: Subscription = { wish, id: undefined, failures: 0, stopWaiting: () => {} }
      all.add(subscription)
      if (isConnected) ask(subscription)
      return () => {
        all.delete(subscription)
        subscription.stopWaiting()
        if (isConnected && subscription.id !== undefined)
          send({ msg: 'unsub', id: subscription.id })
      }
    },
    connected: () => {
      isConnected = true
      for (const subscription of all) ask(subscription)
    },
    disconnected: () => {
      isConnected = false
      for (const subscription of all) {
        subscription.stopWaiting()
        subscription.id = undefined
      }
    },
    hear: (frame) => {
      if (frame.msg === 'changed') changed(frame)
      const mine = [...all].find(
        ({ id }) => id !== undefined && (id === frame.id || frame.subs?.includes(id)),
      )
      if (mine === undefined) return
      if (frame.msg === 'ready') mine.failures = 0
      if (frame.msg === 'nosub') refused(mine, frame.error)
    },
  }
}
