import { create as contentDisposition } from 'content-disposition'
import parseRange from 'range-parser'
import type { FileStores } from '../../files/file-store.ts'
import { isInline, sentType } from '../../files/media-type.ts'
import type { Download } from '../../http/download.ts'
import type { Row } from '../../storage/tables.ts'

const CACHE_SECONDS = 3600
/** Nothing in a file runs, loads or frames anything, should a browser open it as a page. */
const POLICY =
  "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"

/** What a request asks of a file beside its bytes. */
export interface Wishes {
  range: string | undefined
  ifRange: string | undefined
  ifNoneMatch: string | undefined
  /** Never show it in place. */
  attachment: boolean
}

/** The answer to a request for a file that the asker may read. */
export function downloadOf(file: Row<'file'>, stores: FileStores, wishes: Wishes): Download {
  const etag = `"${file.id}"`
  const headers = { ...commonHeaders(file, wishes.attachment), etag }
  const store = stores.named(file.store)
  if (matches(wishes.ifNoneMatch, etag)) return { status: 304, headers }
  const range =
    wishes.ifRange === undefined || wishes.ifRange === etag
      ? rangeOf(wishes.range, file.size)
      : undefined
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${file.size}`, 'content-length': '0' },
    }
  }
  if (range === undefined) {
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(file.size) },
      open: () => store.get(file.id),
    }
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-range': `bytes ${range.start}-${range.end}/${file.size}`,
      'content-length': String(range.end - range.start + 1),
    },
    open: () => store.get(file.id, range),
  }
}

function commonHeaders(file: Row<'file'>, attachment: boolean): Record<string, string> {
  const type = isInline(file.type) && !attachment ? 'inline' : 'attachment'
  return {
    'content-type': sentType(file.type),
    'content-disposition': contentDisposition(file.name, { type }),
    'content-security-policy': POLICY,
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': `private, max-age=${CACHE_SECONDS}`,
    vary: 'Origin, Cookie, X-Visitor-Token, X-Auth-Token, X-User-Id',
    'referrer-policy': 'no-referrer',
    'accept-ranges': 'bytes',
  }
}

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((entry) => ['*', etag, `W/${etag}`].includes(entry.trim()))

/** One range of bytes; several at once, and what is no range, are answered with the whole file. */
function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  if (header === undefined || !/^bytes=\s*(?:\d+-\d*|-\d+)\s*$/.test(header)) return undefined
  const ranges = parseRange(size, header)
  if (ranges === -1) return 'unsatisfiable'
  return ranges === -2 ? undefined : ranges[0]
}
