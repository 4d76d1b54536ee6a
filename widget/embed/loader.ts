import type { StartData } from '../shared/protocol.ts'
import { createHostApi, type Callback, type HostApi } from './host-api.ts'
import { watchPage } from './page.ts'
import { createWidget, type Widget } from './widget.ts'

/** The state of the site, written in by the server: the loader itself asks nothing. */
declare const __FOYER_START__: StartData

type QueuedCall = (this: HostApi) => void

/** What the snippet on the page has made before this script came. */
interface Snippet {
  (call: QueuedCall): void
  _?: QueuedCall[]
  url?: string
  livechat?: HostApi
}

/** Set on the page's own storage by the first opening: from then on the chat loads by itself. */
const KNOWN = 'foyer.known'
/** Open on this page means open on the next one of the same tab. */
const OPEN = 'foyer.open'

const script = document.currentScript

function begin(start: StartData): void {
  const page = globalThis as unknown as { RocketChat?: Snippet }
  const calls: QueuedCall[] = []
  const snippet: Snippet = (page.RocketChat ??= (call) => void calls.push(call))
  if (snippet.livechat !== undefined) return
  const url = snippet.url ?? ownAddress()
  let widget: Widget | undefined
  const { api, emit } = createHostApi(() => widget)
  const pageTitle = watchPage((change, title) =>
    widget?.tell('pageVisited', { change, title, location: { href: location.href } }),
  )

  const heard: Record<string, (...args: unknown[]) => void> = {
    ready: () => {
      widget?.ready()
      pageTitle.watch()
    },
    minimize: () => widget?.close(),
    maximize: () => widget?.open(false),
    theme: (theme) => widget?.setTheme(theme as object),
    callback: (event, data) => emit(event as Callback, data),
    unread: (count, label) => {
      const many = Number(count) || 0
      widget?.setUnread(many, label as string)
      pageTitle.setUnread(many)
    },
  }
  if (start.enabled && url !== undefined) {
    widget = createWidget(url, start, {
      onPrepared: () => {
        if (!start.online) emit('onServiceOffline')
      },
      onOpened: () => {
        keep(() => localStorage.setItem(KNOWN, '1'))
        keep(() => sessionStorage.setItem(OPEN, '1'))
        emit('onChatMaximized')
      },
      onClosed: () => {
        keep(() => sessionStorage.removeItem(OPEN))
        emit('onChatMinimized')
      },
      onMessage: (fn, args) => heard[fn]?.(...args),
    })
  }

  const run = (call: QueuedCall): number => {
    call.call(api)
    return 0
  }
  snippet.livechat = api
  const queue = snippet._ ?? calls
  for (const call of queue.splice(0)) run(call)
  // The snippet pushes into its own list for ever.
  queue.push = (...more) => more.map(run).length
  resume(widget)
}

/** Who has opened the chat before finds it as it was, once the page itself has nothing to do. */
function resume(widget: Widget | undefined): void {
  const wasOpen = keep(() => sessionStorage.getItem(OPEN)) === '1' && innerWidth > 480
  if (keep(() => localStorage.getItem(KNOWN)) !== '1') return
  const idle = globalThis.requestIdleCallback ?? setTimeout
  idle(() => (wasOpen ? widget?.open(false) : widget?.prepare()))
}

/** Storage that is off or full costs comfort only. */
function keep<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Where the chat is when the snippet does not say so: beside this script. */
function ownAddress(): string | undefined {
  const source = script instanceof HTMLScriptElement ? script.src : ''
  return source === '' ? undefined : new URL('.', source).href.replace(/\/$/, '')
}

const run = (): void => begin(__FOYER_START__)
if (document.body) run()
else addEventListener('DOMContentLoaded', run)
