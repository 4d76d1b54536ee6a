/** More than anybody needs; each is a request of every visitor. */
const MOST = 5

/**
 * Addresses of the style sheets that an administrator lays over the chat: absolute, split by commas.
 * What is no address of the web counts for nothing.
 */
export function styleSheets(setting: string): string[] {
  return setting
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => URL.canParse(entry))
    .map((entry) => new URL(entry))
    .filter(({ protocol, username }) => /^https?:$/.test(protocol) && username === '')
    .slice(0, MOST)
    .map(({ href }) => href)
}

/** One of them as a source in a content security policy, which knows no queries. */
export function policySource(sheet: string): string {
  const { origin, pathname } = new URL(sheet)
  return origin + pathname.replaceAll(';', '%3B')
}
