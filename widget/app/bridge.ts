import { readMessage } from '../shared/protocol.ts'

/** The way to the page that shows the chat in a frame. */
export interface Bridge {
  /** Whether there is such a page; without one the chat fills its own window. */
  readonly isFramed: boolean
  tell: (fn: string, ...args: unknown[]) => void
  /** Tells one of the page's callbacks. */
  callback: (name: string, data?: unknown) => void
  /** Hears what the page says, what it has said already included. */
  listen: (listener: (fn: string, args: unknown[]) => void) => void
}

/**
 * Speaks with the window around the chat. Its origin is the one of its first message: nothing is
 * told to anybody before, and to nobody else after.
 */
export function openBridge(): Bridge {
  const isFramed = window.parent !== window
  let peer: string | undefined
  let origin: string | undefined
  let listener: ((fn: string, args: unknown[]) => void) | undefined
  const early: [string, unknown[]][] = []
  const unsent: [string, unknown[]][] = []
  const post = (fn: string, args: unknown[]): void => {
    if (origin === undefined) unsent.push([fn, args])
    else window.parent.postMessage({ src: 'rocketchat', fn, args }, origin)
  }
  addEventListener('message', ({ source, origin: from, data }) => {
    if (!isFramed || source !== window.parent) return
    const message = readMessage(data)
    if (message === undefined || (peer !== undefined && from !== peer)) return
    if (origin === undefined) {
      peer = from
      // A page without an origin of its own, such as a local file, cannot be named.
      origin = from === 'null' ? '*' : from
      for (const [fn, args] of unsent.splice(0)) post(fn, args)
    }
    if (listener) listener(message.fn, message.args)
    else early.push([message.fn, message.args])
  })
  return {
    isFramed,
    tell: (fn, ...args) => {
      if (isFramed) post(fn, args)
    },
    callback: (name, data) => {
      if (isFramed) post('callback', [name, data])
    },
    listen: (hear) => {
      listener = hear
      for (const [fn, args] of early.splice(0)) hear(fn, args)
    },
  }
}
