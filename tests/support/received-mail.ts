/** An e-mail as it came over the wire, taken apart. */
export interface ReceivedMail {
  envelope: { from: string; to: string[] }
  raw: string
  /** Names and decoded values of the top header, in order. */
  headers: [name: string, value: string][]
  text: string
  html: string
}

/** The decoded value of a header; undefined where there is none. */
export const header = (mail: ReceivedMail, name: string): string | undefined =>
  mail.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]

/** Takes apart what a mail server was sent. */
export function readMail(raw: string, envelope: ReceivedMail['envelope']): ReceivedMail {
  const top = readPart(raw)
  const boundary = /boundary="?([^";]+)"?/.exec(valueOf(top.headers, 'content-type'))?.[1]
  const parts =
    boundary === undefined
      ? [top]
      : top.body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => readPart(part.replace(/^\r\n/, '')))
  const bodyOf = (type: string): string => {
    const part = parts.find(({ headers }) => valueOf(headers, 'content-type').startsWith(type))
    return part === undefined ? '' : decodeBody(part)
  }
  return {
    envelope,
    raw,
    headers: top.headers,
    text: bodyOf('text/plain'),
    html: bodyOf('text/html'),
  }
}

interface Part {
  headers: [string, string][]
  body: string
}

function readPart(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const headers = head.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), decodeWords(line.slice(colon + 1).trim())]
  })
  return { headers, body: raw.slice(end + 4) }
}

const valueOf = (headers: [string, string][], name: string): string =>
  headers.find(([known]) => known.toLowerCase() === name)?.[1] ?? ''

function decodeWords(text: string): string {
  const joined = text.replaceAll(/(\?=)\s+(=\?)/g, '$1$2')
  // Bytes of one character may be split between two words: they are joined before decoding.
  return joined.replaceAll(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (run) => {
    const words = [...run.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)]
    const bytes = words.map(([, form = '', word = '']) =>
      form.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : unquote(word.replaceAll('_', ' ')),
    )
    return Buffer.concat(bytes).toString('utf8')
  })
}

function decodeBody({ headers, body }: Part): string {
  const encoding = valueOf(headers, 'content-transfer-encoding').toLowerCase()
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : encoding === 'quoted-printable'
        ? unquote(body.replaceAll(/=\r\n/g, ''))
        : Buffer.from(body, 'latin1')
  return bytes.toString('utf8').replaceAll('\r\n', '\n')
}

const unquote = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  )
