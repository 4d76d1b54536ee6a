import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import packageFile from '../../../package.json' with { type: 'json' }
import { openApiDocument } from '../../contract/openapi.ts'
import type { RouteParts } from '../../route-parts.ts'
import { buildPage, PAGE_FILES } from './page.ts'

const PAGE_PATH = '/api/docs'

/**
 * The API's own documentation: the document and a page to read it. Neither costs anything before
 * it is asked for.
 */
export function apiDocsRoutes({ http, router }: RouteParts): void {
  let document: string | undefined
  http.get('/api/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(router.endpoints, packageFile))
    return reply.header('cache-control', 'no-cache').type('application/json').send(document)
  })

  let page: Promise<FastifyInstance> | undefined
  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    page ??= buildPage(PAGE_PATH)
    const server = await page
    reply.hijack()
    server.routing(request.raw, reply.raw)
  }
  http.get(PAGE_PATH, show)
  for (const file of PAGE_FILES) http.get(`${PAGE_PATH}/${file}`, show)
  // Links in the page are relative, so that it works behind a proxy that adds a prefix.
  http.get(`${PAGE_PATH}/`, (_request, reply) => reply.redirect('../docs', 308))
  http.addHook('onClose', async () => {
    await (await page)?.close()
  })
}
