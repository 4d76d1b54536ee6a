import type { Widget } from './widget.ts'

/** Callbacks that a page may set; the chat tells of them by the same names. */
const CALLBACKS = [
  'onChatMaximized',
  'onChatMinimized',
  'onChatStarted',
  'onChatEnded',
  'onPrechatFormSubmit',
  'onOfflineFormSubmit',
  'onWidgetShown',
  'onWidgetHidden',
  'onAssignAgent',
  'onAgentStatusChange',
  'onQueuePositionChange',
  'onServiceOffline',
] as const

/** Name of a callback. */
export type Callback = (typeof CALLBACKS)[number]

/** What the chat does as it is told. */
const PASSED_ON = [
  'pageVisited',
  'setCustomField',
  'setDepartment',
  'clearDepartment',
  'setGuestToken',
  'setGuestName',
  'setGuestEmail',
  'setAgent',
  'registerGuest',
  'setLanguage',
  'setBusinessUnit',
  'clearBusinessUnit',
  'setParentUrl',
  'setGuestMetadata',
  'setHiddenSystemMessages',
  'transferChat',
] as const

type Listener = (data?: unknown) => void

/** The functions a page calls, by name. */
export type HostApi = Record<string, (...args: unknown[]) => void>

/** The API of the page, and how the loader tells its callbacks. */
export function createHostApi(widget: () => Widget | undefined): {
  api: HostApi
  emit: (event: Callback, data?: unknown) => void
} {
  const listeners = new Map<Callback, Listener[]>()
  const emit = (event: Callback, data?: unknown): void => {
    for (const listener of listeners.get(event) ?? []) {
      // A page's mistake is the page's: it is reported there and stops nothing here.
      queueMicrotask(() => listener(data))
    }
  }
  const setField = (field: { key?: unknown; value?: unknown; overwrite?: unknown }): void =>
    api['setCustomField']?.(field?.key, field?.value, field?.overwrite)
  const api: HostApi = {
    maximizeWidget: () => widget()?.open(),
    minimizeWidget: () => widget()?.close(),
    showWidget: () => {
      widget()?.show()
      emit('onWidgetShown')
    },
    hideWidget: () => {
      widget()?.hide()
      emit('onWidgetHidden')
    },
    setTheme: (theme) => {
      widget()?.setTheme(theme ?? {})
      widget()?.tell('setTheme', theme)
    },
    clearAllCallbacks: () => listeners.clear(),
    initialize: (values) => {
      for (const [name, value] of Object.entries(values ?? {})) {
        if (name === 'customField') for (const field of [value].flat()) setField(field)
        // `{ guestName }` is `setGuestName(...)`, and so on.
        else (api[name] ?? api[`set${name[0]?.toUpperCase()}${name.slice(1)}`])?.(value)
      }
    },
  }
  for (const name of PASSED_ON) api[name] = (...args) => widget()?.tell(name, ...args.map(plain))
  for (const name of CALLBACKS) {
    api[name] = (listener) => {
      if (typeof listener !== 'function') return
      listeners.set(name, [...(listeners.get(name) ?? []), listener as Listener])
    }
  }
  return { api, emit }
}

/** What can cross to another window: a page may pass objects with functions in them. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? null : value
  try {
    return JSON.parse(JSON.stringify(value)) as unknown
  } catch {
    return null
  }
}
