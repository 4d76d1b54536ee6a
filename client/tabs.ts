/** How the tabs of one browser tell each other that something moved; best effort. */
export interface TabChannel {
  tell: (text: string) => void
  /** Hears the other tabs, never oneself; the returned function ends that. */
  listen: (listener: (text: string) => void) => () => void
}

/** A BroadcastChannel of this name; where the platform has none, a channel nobody listens to. */
export function openTabChannel(name: string): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => {}, listen: () => () => {} }
  const channel: BroadcastChannel & { unref?: () => void } = new BroadcastChannel(name)
  // In Node a channel alone would keep the process running.
  channel.unref?.()
  return {
    // A channel has one origin, its own; only windows are told with a target.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    tell: (text) => channel.postMessage(text),
    listen: (listener) => {
      const hear = ({ data }: MessageEvent): void => {
        if (typeof data === 'string') listener(data)
      }
      channel.addEventListener('message', hear)
      return () => channel.removeEventListener('message', hear)
    },
  }
}
