import type { VisitorDetails } from '../../client/visitor-types.ts'
import type { Session } from './session.ts'

/**
 * Does what the page asks for (its calls come as messages, in their order).
 * `pageUrl` is the page that the visitor looks at, as far as it said so.
 */
export function obeyHost(session: Session): { pageUrl: () => string | undefined } {
  const { bridge } = session
  let parentUrl: string | undefined
  let page: { change: string; title: string; href: string } | undefined

  const known = (details: VisitorDetails): void => {
    const { guest } = session.ui()
    const fields = [...(guest.customFields ?? []), ...(details.customFields ?? [])]
    const customFields = fields.length === 0 ? {} : { customFields: fields }
    session.set({ guest: { ...guest, ...details, ...customFields } })
  }
  /** What is told of somebody who is not registered waits for his own first word. */
  const tellOf = (details: VisitorDetails): void => {
    if (session.chat().state().visitor === undefined) known(details)
    else attempt(session.chat().register(details))
  }
  const visited = (change: string, title: string, href: string): void => {
    page = { change, title, href: parentUrl ?? href }
    if (session.chat().state().phase !== 'ready') return
    const told = { change: change === 'title' ? 'title' : 'url', title, href: page.href } as const
    attempt(session.chat().pageVisited(told))
  }

  const calls: Record<string, (...args: unknown[]) => void> = {
    opened: (takeFocus) => {
      session.set({
        isOpen: true,
        openings: session.ui().openings + (takeFocus === true ? 1 : 0),
      })
      // Somebody may have come, or gone, since it was loaded.
      const { phase, room } = session.chat().state()
      if (phase === 'ready' && !room?.open) attempt(session.chat().refreshConfig())
    },
    closed: () => session.set({ isOpen: false }),
    setTheme: (theme) => session.wishTheme(theme ?? {}),
    setLanguage: (language) => attempt(session.setLanguage(textOf(language) ?? '')),
    setGuestName: (name) => tellOf(only('name', name)),
    setGuestEmail: (email) => tellOf(only('email', email)),
    setGuestToken: (token) => {
      const text = textOf(token)
      if (text !== undefined) session.useToken(text)
    },
    setDepartment: (department) => {
      tellOf(only('department', department))
      attempt(session.chat().refreshConfig(textOf(department)))
    },
    transferChat: (department) => calls['setDepartment']?.(department),
    clearDepartment: () => {
      const { department: _, ...guest } = session.ui().guest
      session.set({ guest })
    },
    setAgent: (agent) => {
      const id = textOf((agent as { _id?: unknown } | null | undefined)?._id)
      if (id !== undefined) session.chat().preferAgent(id)
    },
    setBusinessUnit: () => attempt(session.chat().refreshConfig()),
    clearBusinessUnit: () => attempt(session.chat().refreshConfig()),
    setCustomField: (key, value, overwrite = true) => {
      if (typeof key !== 'string' || !/^(?:string|number|boolean)$/.test(typeof value)) return
      const field = { key, value: String(value), overwrite: overwrite === true }
      if (session.chat().state().visitor === undefined) known({ customFields: [field] })
      else attempt(session.chat().setCustomField(field.key, field.value, field.overwrite))
    },
    registerGuest: (guest) => {
      const given = (guest ?? {}) as Record<string, unknown>
      const token = textOf(given['token'])
      if (token !== undefined) session.useToken(token)
      const details = {
        ...session.ui().guest,
        ...only('name', given['name']),
        ...only('email', given['email']),
        ...only('phone', given['phone']),
        ...only('department', given['department']),
      }
      attempt(session.chat().register(details))
    },
    setHiddenSystemMessages: (types) => {
      if (Array.isArray(types)) session.set({ hiddenTypes: types.map(String) })
    },
    setParentUrl: (url) => {
      parentUrl = textOf(url)
      if (page && parentUrl) visited('url', page.title, parentUrl)
    },
    pageVisited: (info) => {
      const { change, title, location } = (info ?? {}) as {
        change?: unknown
        title?: unknown
        location?: { href?: unknown }
      }
      visited(textOf(change) ?? 'url', textOf(title) ?? '', textOf(location?.href) ?? '')
    },
  }
  bridge.listen((fn, args) => calls[fn]?.(...args))
  onceReady(session, () => {
    if (page) visited(page.change, page.title, page.href)
  })
  return { pageUrl: () => page?.href }
}

/** The page's wishes are not the visitor's: what cannot be done is not his to hear about. */
function attempt(work: Promise<unknown>): void {
  work.catch(() => {})
}

function onceReady(session: Session, work: () => void): void {
  const stop = session.subscribe(() => {
    if (session.chat().state().phase !== 'ready') return
    stop()
    work()
  })
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function only<Name extends string>(name: Name, value: unknown): { [Key in Name]?: string } {
  const text = textOf(value)
  return text === undefined ? {} : ({ [name]: text } as { [Key in Name]?: string })
}
