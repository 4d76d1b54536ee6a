import type { FastifyReply } from 'fastify'
import type { RouteParts } from '../../route-parts.ts'
import { isOperator } from './access.ts'
import { HealthCheck, readDetails } from './operations.ts'

/**
 * `/health` and `/metrics` are for machines that watch the server, not part of the wire contract:
 * they stand outside the route table and its envelope.
 */
export function healthRoutes({ http, ctx, nodes }: RouteParts): void {
  const check = new HealthCheck(ctx)
  const { metricsToken } = ctx.config
  let scrape: Promise<string> | undefined

  http.get('/health', async (request, reply) => {
    const healthy = await check.isHealthy()
    reply
      .code(healthy ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('application/json')
    const status = healthy ? 'ok' : 'unavailable'
    if (!isOperator(request, metricsToken)) return { status }
    return { status, ...(await readDetails(ctx, nodes, healthy)) }
  })

  http.get('/metrics', async (request, reply) => {
    if (!isOperator(request, metricsToken)) return refuse(reply, metricsToken !== undefined)
    // Who asks while another is answered gets the same figures, however late the server runs.
    scrape ??= ctx.metrics.text().finally(() => (scrape = undefined))
    const text = await scrape
    return reply
      .header('cache-control', 'no-store')
      .type(ctx.metrics.registry.contentType)
      .send(text)
  })
}

function refuse(reply: FastifyReply, tokenHelps: boolean): FastifyReply {
  reply.type('text/plain; charset=utf-8')
  if (tokenHelps) {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send('Send the token of METRICS_TOKEN as a bearer token.\n')
  }
  return reply
    .code(403)
    .send('Metrics are for private addresses; set METRICS_TOKEN to read them from elsewhere.\n')
}
