const MAX_LENGTH = 255
const UNNAMED = 'file'

/**
 * The name under which a file is shown, from what a client called it: any text of at most 255
 * UTF-16 units, but no path and nothing that an address would take for one. It is never used as a
 * name on this server.
 */
export function fileName(claimed: string): string {
  const base = claimed.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  // Control characters and those that turn the reading direction only ever disguise a name.
  const shown = base.replaceAll(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '').trim()
  if (shown.replaceAll('.', '') === '') return UNNAMED
  return shorten(shown)
}

/** Keeps the end, by which people tell what kind of file it is. */
function shorten(name: string): string {
  if (name.length <= MAX_LENGTH) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  return `${name.slice(0, MAX_LENGTH - extension.length)}${extension}`.toWellFormed()
}

/** Where a file is downloaded, from the root of the server. */
export const downloadPath = (fileId: string, name: string): string =>
  `/file-upload/${fileId}/${encodeURIComponent(name)}`
