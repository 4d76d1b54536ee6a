// Stops at what no address holds unescaped, and at what surrounds one in markup.
// oxlint-disable-next-line no-control-regex -- control characters end an address
const address = /https?:\/\/[^\s\u0000-\u001f\u007f<>"`|\\^{}[\]]+/gi

const maxUrls = 20
const maxMessageLinks = 5
const maxIdLength = 128

/** A message that a text quotes by its link; the room is known where the link names it. */
export interface MessageLink {
  roomId?: string
  messageId: string
}

/**
 * The http and https addresses in `text`, in order, each once, at most 20: the `urls` of the wire.
 * Punctuation that ends the sentence, or closes a bracket around the address, is not part of it.
 * Linear; never throws.
 */
export function urlsIn(text: string): { url: string }[] {
  const urls = new Set<string>()
  for (const url of addresses(text)) {
    urls.add(url)
    if (urls.size === maxUrls) break
  }
  return [...urls].map((url) => ({ url }))
}

/**
 * The messages that `text` quotes by a link of this server, `<baseUrl>/live/<roomId>?msg=<id>`, or
 * any other page below `baseUrl` with a `msg` (an agent's view; without `roomId`), in order, each
 * once, at most 5. Whether they exist, and in which room, the caller checks. Linear; never throws;
 * a `baseUrl` that is no address gives none.
 */
export function messageLinks(text: string, baseUrl: string): MessageLink[] {
  const base = URL.parse(baseUrl)
  if (!base) return []
  const root = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
  const links = new Map<string, MessageLink>()
  for (const address of addresses(text)) {
    const url = URL.parse(address)
    if (url?.origin !== base.origin || !url.pathname.startsWith(root)) continue
    const messageId = url.searchParams.get('msg')
    if (!messageId || messageId.length > maxIdLength || links.has(messageId)) continue
    const roomId = /^live\/([^/]{1,128})/.exec(url.pathname.slice(root.length))?.[1]
    links.set(messageId, { ...(roomId && { roomId }), messageId })
    if (links.size === maxMessageLinks) break
  }
  return [...links.values()]
}

function* addresses(text: string): Generator<string> {
  for (const [found] of text.matchAll(address)) {
    const url = found.slice(0, endOf(found))
    if (URL.canParse(url)) yield url
  }
}

function endOf(found: string): number {
  let open = 0
  for (const character of found) open += character === '(' ? 1 : character === ')' ? -1 : 0
  let end = found.length
  for (; end > 0; end--) {
    const last = found[end - 1] ?? ''
    if (last === ')' && open < 0) open++
    else if (!".,;:!?'*~".includes(last)) break
  }
  return end
}
