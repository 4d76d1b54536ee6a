import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

const OWN_FILES = ['index.html', 'page.css', 'page.js'] as const
const LIBRARY_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const

/** Files that the page loads, below its own path. */
export const PAGE_FILES = [...OWN_FILES.slice(1), ...LIBRARY_FILES]

/**
 * A server of its own for the page, since a running one takes no more plugins: what serves files is
 * loaded when somebody opens the page for the first time.
 */
export async function buildPage(path: string): Promise<FastifyInstance> {
  const [{ default: Fastify }, { default: helmet }, { default: files }] = await Promise.all([
    import('fastify'),
    import('@fastify/helmet'),
    import('@fastify/static'),
  ])
  const app = Fastify({ logger: false })
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Both speak for the whole host, and plain http in a local network is a fair way to run.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
  })
  await app.register(files, {
    root: [
      fileURLToPath(new URL('page', import.meta.url)),
      fileURLToPath(new URL('.', import.meta.resolve('swagger-ui-dist/package.json'))),
    ],
    serve: false,
  })
  app.get(path, (_request, reply) => reply.sendFile('index.html'))
  for (const file of PAGE_FILES) {
    app.get(`${path}/${file}`, (_request, reply) => reply.sendFile(file))
  }
  await app.ready()
  return app
}
