const SOURCE =
  /^(?:(https?):\/\/)?((?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(:(?:\d{1,5}|\*))?$/i

/**
 * Which sites may show the chat in a frame, as a directive of a content security policy; empty for
 * an empty list, which is everybody. Entries are domains (`example.com`, `*.example.com`) or
 * origins (`https://example.com:8080`), split by commas; what is neither counts for nothing. The
 * server's own pages always may.
 */
export function frameAncestors(allowedDomains: string): string {
  const entries = allowedDomains.split(',').map((entry) => entry.trim())
  const listed = entries.filter((entry) => entry !== '')
  if (listed.length === 0) return ''
  const sources = listed.map((entry) => entry.replace(/\/+$/, '')).filter((e) => SOURCE.test(e))
  return `frame-ancestors 'self' ${sources.join(' ')}`.trimEnd()
}
