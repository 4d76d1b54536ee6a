import { paintOf } from '../shared/colors.ts'
import { readMessage, type StartData, type ThemeWishes } from '../shared/protocol.ts'
import { drawing, element, LOOK } from './look.ts'

const TALK =
  'M12 3.500c5 0 9 3.400 9 7.700s-4 7.700-9 7.700c-1.200 0-2.400-.2-3.400-.5L4 20.500l1.100-4C3.800 15.100 3 13.200 3 11.200c0-4.300 4-7.700 9-7.700ZM8 11.200h.01M12 11.200h.01M16 11.200h.01'
const DOWN = 'M6 9.500l6 6 6-6'
const READY_MS = 15_000
const PHONE = '(max-width:480px),(max-height:480px)'

/** The button and the frame it opens, as the rest of the loader uses them. */
export interface Widget {
  open: (takeFocus?: boolean) => void
  close: () => void
  show: () => void
  hide: () => void
  /** Loads the chat without showing it. */
  prepare: () => void
  isOpen: () => boolean
  setTheme: (wishes: ThemeWishes) => void
  setUnread: (count: number, label: string) => void
  /** Tells the chat; what is told before it listens waits. */
  tell: (fn: string, ...args: unknown[]) => void
  /** The chat listens. */
  ready: () => void
}

/** What the widget tells of itself. */
export interface WidgetEvents {
  /** The frame exists, and soon asks. */
  onPrepared: () => void
  onOpened: () => void
  onClosed: () => void
  /** The chat said something. */
  onMessage: (fn: string, args: unknown[]) => void
}

/** Puts the button on the page. It asks nothing of anybody before it is pressed. */
export function createWidget(url: string, start: StartData, events: WidgetEvents): Widget {
  const { origin } = new URL(url, location.href)
  const { texts } = start
  const host = element('div', 'rocketchat-widget')
  const root = host.attachShadow({ mode: 'open' })
  const badge = element('span', 'badge')
  const launch = element('button', 'launch', drawing('talk', TALK), drawing('down', DOWN), badge)
  const title = element('div', 'head')
  const body = element('div', 'body')
  const leave = element('button', 'x', '×')
  const panel = element('div', 'panel', title, leave, body, document.createElement('slot'))
  const box = element('div', 'box', panel, launch)
  let frame: HTMLIFrameElement | undefined
  let isReady = false
  let wasPressed = false
  let patience: ReturnType<typeof setTimeout> | undefined
  let waiting: [string, unknown[]][] = []
  let theme: ThemeWishes = {}
  let openLabel = texts.open
  let overflow: string | undefined

  // Unlike a style element, a sheet of the root's own is not subject to the page's policy.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(LOOK)
  root.adoptedStyleSheets = [sheet]
  root.append(box)
  for (const button of [launch, leave]) button.type = 'button'
  leave.setAttribute('aria-label', texts.close)

  const isOpen = (): boolean => box.classList.contains('open')
  const set = (name: string, value: string): void => host.style.setProperty(name, value)
  const paint = (): void => {
    const [color, words] =
      (theme.online ?? start.online)
        ? (['color', 'title'] as const)
        : (['offlineColor', 'offlineTitle'] as const)
    const { fill, ink } = paintOf([theme[color], start[color]])
    set('--fill', fill)
    set('--ink', ink)
    box.classList.toggle('left', (theme.position ?? start.position) === 'left')
    title.textContent = (theme[words] as string | undefined) ?? start[words]
    if (frame) frame.title = title.textContent
  }
  const label = (): void => {
    const open = isOpen()
    launch.setAttribute('aria-expanded', String(open))
    launch.setAttribute('aria-label', open ? texts.close : openLabel)
  }
  const post = (fn: string, args: unknown[]): void => {
    frame?.contentWindow?.postMessage({ src: 'rocketchat', fn, args }, origin)
  }
  const tell = (fn: string, ...args: unknown[]): void => {
    if (isReady) post(fn, args)
    else waiting.push([fn, args])
  }
  const fail = (): void => {
    const retry = element('button', 'retry', texts.retry)
    retry.type = 'button'
    on(retry, 'click', () => {
      dropFrame()
      prepare()
      launch.focus()
    })
    const words = element('p', '', texts.unreachable)
    words.setAttribute('role', 'alert')
    body.replaceChildren(words, retry)
    if (isOpen()) retry.focus()
  }
  const dropFrame = (): void => {
    frame?.remove()
    frame = undefined
    isReady = false
  }
  const prepare = (): void => {
    if (frame !== undefined) return
    body.replaceChildren(element('div', 'dots'))
    frame = document.createElement('iframe')
    frame.id = 'rocketchat-iframe'
    frame.allow = 'autoplay; clipboard-write'
    frame.tabIndex = -1
    on(frame, 'load', () => post('hello', [{ href: location.href, title: document.title }]))
    frame.src = url
    host.append(frame)
    paint()
    clearTimeout(patience)
    patience = setTimeout(() => {
      if (!isReady) fail()
    }, READY_MS)
    events.onPrepared()
  }
  const fit = (): void => {
    const view = visualViewport
    const { style } = document.documentElement
    const covers = isOpen() && matchMedia(PHONE).matches
    // Behind a chat that covers the page nothing scrolls.
    if (covers && overflow === undefined) {
      overflow = style.overflow
      style.overflow = 'hidden'
    } else if (!covers && overflow !== undefined) {
      style.overflow = overflow
      overflow = undefined
    }
    if (view === null || view.scale > 1.01) return
    // The keyboard of a phone covers the page's own height.
    set('--height', `${view.height}px`)
    set('--top', `${view.offsetTop}px`)
  }
  const open = (takeFocus = true): void => {
    if (isOpen()) return
    host.removeAttribute('data-hidden')
    box.classList.add('open')
    prepare()
    if (frame) frame.tabIndex = 0
    fit()
    label()
    tell('opened', takeFocus)
    if (takeFocus && isReady) frame?.focus()
    else wasPressed = takeFocus
    events.onOpened()
  }
  const close = (): void => {
    if (!isOpen()) return
    const hadFocus = document.activeElement === frame || root.activeElement !== null
    box.classList.remove('open')
    if (frame) frame.tabIndex = -1
    fit()
    label()
    tell('closed')
    if (hadFocus) launch.focus()
    events.onClosed()
  }

  on(launch, 'click', () => (isOpen() ? close() : open()))
  on(leave, 'click', close)
  on(box, 'keydown', (event) => {
    if ((event as KeyboardEvent).key === 'Escape') close()
  })
  addEventListener('message', ({ source, origin: from, data }) => {
    if (frame === undefined || source !== frame.contentWindow || from !== origin) return
    const message = readMessage(data)
    if (message) events.onMessage(message.fn, message.args)
  })
  addEventListener('resize', fit)
  visualViewport?.addEventListener('resize', fit)
  visualViewport?.addEventListener('scroll', fit)
  paint()
  label()
  document.body.append(host)

  return {
    open,
    close,
    show: () => host.removeAttribute('data-hidden'),
    hide: () => {
      close()
      host.toggleAttribute('data-hidden', true)
    },
    prepare,
    isOpen,
    setTheme: (wishes) => {
      theme = { ...theme, ...wishes }
      paint()
    },
    setUnread: (count, words) => {
      badge.textContent = count > 0 ? (count > 99 ? '99+' : String(count)) : ''
      openLabel = count > 0 && words !== '' ? words : texts.open
      label()
    },
    tell,
    ready: () => {
      clearTimeout(patience)
      isReady = true
      frame?.classList.add('ready')
      for (const [fn, args] of waiting) post(fn, args)
      waiting = []
      if (wasPressed && isOpen()) frame?.focus()
      wasPressed = false
    },
  }
}

const on = (target: EventTarget, event: string, act: (event: Event) => void): void =>
  target.addEventListener(event, act)
