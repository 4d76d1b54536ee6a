const SAFE = new Set(['http:', 'https:', 'mailto:', 'tel:'])

/** The address a link may lead to; undefined for one that could do something else. */
export function safeLink(address: string): string | undefined {
  const url = URL.parse(address.startsWith('//') ? `https:${address}` : address)
  return url !== null && SAFE.has(url.protocol) ? url.href : undefined
}
