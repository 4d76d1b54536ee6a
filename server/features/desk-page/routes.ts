import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BuiltFiles, sendBuilt } from '../../http/built-files.ts'
import type { RouteParts } from '../../route-parts.ts'
import { deskPolicy, previewPolicy, workerPolicy } from './policy.ts'

/** Addresses that the desk's own router knows; any other address is answered as unknown. */
const PAGES = [
  '/',
  '/sign-in',
  '/setup',
  '/conversations/:rid',
  '/history',
  '/history/:rid',
  '/people',
  '/appearance',
  '/settings',
  '/permissions',
  '/sessions',
  '/account',
]

const PREVIEW_FILES = { 'page.css': 'text/css', 'embed.js': 'text/javascript' } as const

/** The agent's desk and the page on which its administrator tries the widget. */
export function deskPageRoutes({ http }: RouteParts): void {
  const built = new BuiltFiles('desk')

  const page = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const html = built.get('index.html')?.plain.toString()
    if (html === undefined) {
      return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    }
    const nonce = randomBytes(16).toString('base64')
    // Relative, so that a proxy may add a prefix to every path. A target without a path is the root.
    const depth = request.url.split('?')[0]!.split('/').length - 2
    const up = '../'.repeat(Math.max(0, depth))
    return secured(reply, deskPolicy(nonce))
      .type('text/html; charset=utf-8')
      .send(html.replaceAll('"./', `"${up}desk/`).replace('__NONCE__', nonce))
  }
  for (const path of PAGES) http.get(path, page)

  http.get<{ Params: { file: string } }>('/desk/assets/:file', (request, reply) => {
    const file = built.get(`assets/${request.params.file}`)
    if (file === undefined) return reply.callNotFound()
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return sendBuilt(request, reply, file)
  })

  http.get('/service-worker.js', (_request, reply) =>
    secured(reply, workerPolicy)
      .type('text/javascript; charset=utf-8')
      .send(ownFile('service-worker.js')),
  )

  http.get('/preview', (_request, reply) =>
    secured(reply, previewPolicy)
      .type('text/html; charset=utf-8')
      .send(ownFile('preview/index.html')),
  )
  for (const [file, type] of Object.entries(PREVIEW_FILES)) {
    http.get(`/preview/${file}`, (_request, reply) =>
      reply
        .header('cache-control', 'no-cache')
        .type(`${type}; charset=utf-8`)
        .send(ownFile(`preview/${file}`)),
    )
  }
}

const NOT_BUILT = 'The desk is not built yet: run "npm run build" and start again.\n'

const ownFile = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

const secured = (reply: FastifyReply, policy: string): FastifyReply =>
  reply
    .header('content-security-policy', policy)
    .header('referrer-policy', 'same-origin')
    .header('cache-control', 'no-cache')
