/** How much of a file is looked at; the start is where formats say what they are. */
export const HEAD_BYTES = 256 * 1024

const UNKNOWN = 'application/octet-stream'
const SVG = /<svg[\s>/]/i
const MARKUP =
  /<(?:!doctype|html|head|body|script|iframe|object|embed|style|meta|link|title|form|img|a|div|table|br|p|h1|pre)\b|<!--|<\?xml/i

/** Types of plain text that nothing runs or draws; here the client's word is taken. */
const HARMLESS_TEXT: ReadonlySet<string> = new Set([
  'text/plain',
  'text/csv',
  'text/markdown',
  'text/calendar',
  'text/vcard',
  'application/json',
])

/**
 * The media type that the bytes have. The client's claim counts only to tell harmless kinds of
 * text apart; a name never counts.
 * @param head the first `HEAD_BYTES` of the file, or all of it
 */
export async function mediaTypeOf(head: Uint8Array, claimed: string): Promise<string> {
  const text = textOf(head)
  // Before the table of magic numbers, which knows XML but not what is in it.
  if (text?.trimStart().startsWith('<') === true && SVG.test(text)) return 'image/svg+xml'
  // Loaded with the first upload: most servers are idle most of the time.
  const { fileTypeFromBuffer } = await import('file-type')
  const known = await fileTypeFromBuffer(head).catch(() => undefined)
  if (known !== undefined) return bareType(known.mime)
  if (text === undefined) return UNKNOWN
  if (MARKUP.test(text)) return 'text/html'
  const claim = bareType(claimed)
  return HARMLESS_TEXT.has(claim) ? claim : 'text/plain'
}

const bareType = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase()

/** The bytes as text, where they are text in a Unicode encoding. */
function textOf(head: Uint8Array): string | undefined {
  const encoding =
    head[0] === 0xff && head[1] === 0xfe
      ? 'utf-16le'
      : head[0] === 0xfe && head[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  try {
    // A stream decoder: the head may end within a character.
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true })
    return text.includes('\u0000') ? undefined : text
  } catch {
    return undefined
  }
}

/**
 * Whether a comma list of media types, `image/*` among them, has this one.
 * An empty list has none.
 */
export const listHas = (list: string, type: string): boolean =>
  list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) =>
      entry.endsWith('/*') ? type.startsWith(entry.slice(0, -1)) : entry === type || entry === '*',
    )

const INLINE: ReadonlySet<string> = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/aac',
  'audio/ogg',
  'audio/opus',
  'audio/wav',
  'audio/flac',
  'audio/webm',
  'video/mp4',
  'video/ogg',
  'video/webm',
  'video/quicktime',
])

/** What a browser draws or plays without ever running it: such a file may be shown in place. */
export const isInline = (type: string): boolean => INLINE.has(type)

const HARMLESS_DOWNLOAD: ReadonlySet<string> = new Set([
  'text/plain',
  'text/csv',
  'application/pdf',
  'application/zip',
])

/** The type that a download is sent with: what a browser might run is bytes and no more. */
export const sentType = (type: string): string => {
  if (isInline(type)) return type
  if (!HARMLESS_DOWNLOAD.has(type)) return UNKNOWN
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}

/** Which of a message's attachments a file becomes. */
export type AttachmentKind = 'image' | 'audio' | 'video' | 'file'

export function attachmentKind(type: string): AttachmentKind {
  if (!isInline(type)) return 'file'
  if (type.startsWith('image/')) return 'image'
  return type.startsWith('audio/') ? 'audio' : 'video'
}
