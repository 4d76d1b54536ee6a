import type { KeyValueStorage } from '../../client/storage.ts'

const PREFIX = 'foyer.'
const DAYS_90 = 7_776_000
/** A cookie holds 4 kB, and a browser few of them. */
const LONGEST = 1500

/**
 * Where this frame may keep something. Browsers that keep third parties apart refuse `localStorage`
 * to a frame of another site, and give it cookies that hold on this one site only.
 */
export function browserStorage(): KeyValueStorage {
  try {
    // To look at it is enough to be refused.
    return localStorage
  } catch {
    return cookieStorage
  }
}

const cookies = (): Map<string, string> =>
  new Map(
    document.cookie.split('; ').flatMap((pair): [string, string][] => {
      const [name = '', value = ''] = pair.split('=').map(decodeURIComponent)
      return name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value]] : []
    }),
  )

/** Sent with the requests for this page alone, which do not read it. */
function write(key: string, value: string, seconds: number): void {
  const pair = `${encodeURIComponent(PREFIX + key)}=${encodeURIComponent(value)}`
  const path = location.pathname
  // oxlint-disable-next-line unicorn/no-document-cookie -- the CookieStore is not everywhere
  document.cookie = `${pair};max-age=${seconds};path=${path};secure;samesite=none;partitioned`
}

const cookieStorage: KeyValueStorage = {
  get length() {
    return cookies().size
  },
  key: (index) => [...cookies().keys()][index] ?? null,
  getItem: (key) => cookies().get(key) ?? null,
  setItem: (key, value) => {
    if (value.length > LONGEST) throw new RangeError('too long for a cookie')
    write(key, value, DAYS_90)
    if (cookies().get(key) !== value) throw new Error('cookies are refused')
  },
  removeItem: (key) => write(key, '', 0),
}
