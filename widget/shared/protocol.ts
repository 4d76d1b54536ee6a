/** What the button and the chat say to each other, in both directions. */
export interface FrameMessage {
  src: 'rocketchat'
  fn: string
  args: unknown[]
}

/** The site's look as a page may override it. */
export interface ThemeWishes {
  title?: unknown
  color?: unknown
  offlineTitle?: unknown
  offlineColor?: unknown
  position?: unknown
  background?: unknown
  online?: unknown
}

/** What the server writes into the button and the page. */
export interface StartData {
  enabled: boolean
  online: boolean
  title: string
  color: string
  offlineTitle: string
  offlineColor: string
  position: 'left' | 'right'
  background: string
  offlineForm: boolean
  language: string
  texts: { open: string; close: string; unreachable: string; retry: string }
  /** Style sheets of the site's owner; told to the chat only. */
  sheets?: readonly string[]
}

/** A message of the other side; undefined for anything else that arrives. */
export function readMessage(data: unknown): FrameMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { src, fn, args } = data as Partial<Record<keyof FrameMessage, unknown>>
  if (src !== 'rocketchat' || typeof fn !== 'string') return undefined
  return { src, fn, args: Array.isArray(args) ? args : [] }
}
