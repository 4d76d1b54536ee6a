import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BuiltFiles, etagOf, sendBuilt, type BuiltFile } from '../../http/built-files.ts'
import { LruCache } from '../../lib/lru-cache.ts'
import type { RouteParts } from '../../route-parts.ts'
import { directionOf, languageFor } from '../../texts/texts.ts'
import { initialsPicture } from './avatar.ts'
import { frameAncestors } from './frame-ancestors.ts'
import { embeddable, readStartData, type StartData } from './operations.ts'
import { policySource, styleSheets } from './style-sheets.ts'

const LOADER = 'rocketchat-livechat.min.js'
const FOR_EVER = 'public, max-age=31536000, immutable'
const A_DAY = 'public, max-age=86400'
const NOT_BUILT = 'The chat is not built yet: run "npm run build" and start again.\n'
/** Languages times states of the settings that are in use at one time. */
const VARIANTS = 64

/** What the frame may load: its own, and the style sheets that an administrator names. */
const policyWith = (sheets: readonly string[]): string =>
  [...POLICY, ["style-src 'self'", ...sheets.map(policySource)].join(' ')].join('; ')

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
]

/**
 * What a website's visitors load: the button (`/livechat/rocketchat-livechat.min.js`), the chat
 * (`/livechat`) with its parts, and what both may ask for. Pages, not part of the wire contract.
 */
export function widgetPageRoutes({ http, ctx }: RouteParts): void {
  const files = new BuiltFiles('widget')
  const filled = new LruCache<string, BuiltFile>(VARIANTS)

  /** A built file with the state of now written into it. */
  const sendFilled = async (
    name: string,
    fill: (text: string, data: StartData, language: string, direction: string) => string,
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<StartData> = {},
  ): Promise<FastifyReply> => {
    const template = files.get(name)
    if (template === undefined) return reply.code(503).type('text/plain').send(NOT_BUILT)
    const accepted = request.headers['accept-language']
    const language = languageFor(accepted, ctx.settings.get('Language'))
    const data = { ...(await readStartData(ctx, language)), ...more }
    const key = `${name} ${language} ${JSON.stringify(data)}`
    let file = filled.get(key)
    if (file === undefined) {
      const text = fill(template.plain.toString(), data, language, directionOf(language))
      file = packed(template.type, Buffer.from(text))
      filled.set(key, file)
    }
    reply.header('vary', 'accept-encoding, accept-language')
    return sendBuilt(request, reply, file)
  }

  http.get(`/livechat/${LOADER}`, (request, reply) => {
    reply.header('cache-control', 'public, max-age=60')
    reply.header('cross-origin-resource-policy', 'cross-origin')
    const fill = (text: string, data: StartData): string =>
      text.replaceAll('__FOYER_START__', () => embeddable(data))
    return sendFilled(LOADER, fill, request, reply)
  })

  http.get('/livechat', (request, reply) => {
    const ancestors = frameAncestors(ctx.settings.get('Livechat_AllowedDomainsList'))
    const sheets = styleSheets(ctx.settings.get('Livechat_WidgetLayoutClasses'))
    const policy = policyWith(sheets)
    reply.header('cache-control', 'no-cache')
    reply.header('content-security-policy', ancestors === '' ? policy : `${policy}; ${ancestors}`)
    reply.header('cross-origin-resource-policy', 'cross-origin')
    // Sites that isolate themselves show only frames that do so, too.
    reply.header('cross-origin-embedder-policy', 'require-corp')
    reply.header('referrer-policy', 'same-origin')
    const fill = (text: string, data: StartData, language: string, direction: string): string =>
      text
        .replace('<html>', () => `<html lang="${language}" dir="${direction}">`)
        .replace('</head>', () => `${preload(files, language)}</head>`)
        .replaceAll('__FOYER_START__', () => embeddable(data))
    return sendFilled('index.html', fill, request, reply, { sheets })
  })
  // The page finds its parts relative to a path without the slash.
  http.get('/livechat/', (_request, reply) => reply.redirect('../livechat', 308))

  http.get<{ Params: { file: string } }>('/livechat/:file', (request, reply) => {
    const file = files.get(`livechat/${request.params.file}`)
    if (file === undefined) return reply.callNotFound()
    reply.header('cache-control', FOR_EVER)
    reply.header('cross-origin-resource-policy', 'cross-origin')
    return sendBuilt(request, reply, file)
  })

  const own = new Map<string, BuiltFile>()
  const sendOwn = (
    name: string,
    type: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    let file = own.get(name)
    if (file === undefined) {
      const plain = readFileSync(new URL(`files/${name}`, import.meta.url))
      file = { type, etag: etagOf(plain), plain, encoded: {} }
      own.set(name, file)
    }
    reply.header('cache-control', A_DAY)
    reply.header('cross-origin-resource-policy', 'cross-origin')
    return sendBuilt(request, reply, file)
  }
  http.get('/sounds/chime.mp3', (request, reply) =>
    sendOwn('chime.mp3', 'audio/mpeg', request, reply),
  )
  http.get('/favicon.ico', (request, reply) => sendOwn('icon.svg', 'image/svg+xml', request, reply))

  http.get<{ Params: { username: string } }>('/avatar/:username', (request, reply) =>
    reply
      .header('cache-control', A_DAY)
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('image/svg+xml')
      .send(initialsPicture(request.params.username)),
  )
}

/** The words are loaded beside the code that asks for them, not after it. */
function preload(files: BuiltFiles, language: string): string {
  const words = files.find(`livechat/language-${language}-`)
  return words === undefined ? '' : `<link rel="modulepreload" crossorigin href="./${words}">`
}

const packed = (type: string, plain: Buffer): BuiltFile => ({
  type,
  etag: etagOf(plain),
  plain,
  encoded: {
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    gzip: gzipSync(plain, { level: 9 }),
  },
})
