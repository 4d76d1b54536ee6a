import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'
import { createApp } from '../../../server/app.ts'
import { ENGINES } from '../../support/engines.ts'
import { freePort } from '../../support/ports.ts'
import { strictAnswers, testConfig, TestServer } from '../../support/test-server.ts'

/** A whole server that browsers reach, and that tests drive like any other test server. */
export class Site extends TestServer {
  /** Its own address, without a trailing slash. */
  url = ''
}

/** What a test file may change about its site. */
export interface SiteOptions {
  environment?: Record<string, string>
}

/** Declares a listening server for the enclosing suite, on SQLite, without rate limits. */
export function useSite(options: SiteOptions = {}): () => Site {
  let site: Site | undefined
  let remove: (() => Promise<void>) | undefined
  before(async () => {
    const [engine] = ENGINES
    assert.ok(engine)
    const place = await engine.create()
    remove = place.remove
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const environment = { ROOT_URL: url, ...options.environment }
    const app = await createApp(testConfig(place.storage, environment), {
      observeAnswer: strictAnswers(),
    })
    await app.http.listen({ port, host: '127.0.0.1' })
    site = new Site(app)
    site.url = url
  })
  after(async () => {
    await site?.app.close()
    await remove?.()
  })
  return () => {
    assert.ok(site, 'the site is started before the first test')
    return site
  }
}

/** Somebody's own website, on an origin that is not the server's. */
export interface HostSite {
  /** `http://localhost:PORT`: to a browser another site than the server's 127.0.0.1. */
  url: string
  /** Serves this HTML at the path from now on. */
  put(path: string, html: string, headers?: Record<string, string>): string
}

/** Declares a website for the enclosing suite. */
export function useHostSite(): () => HostSite {
  const pages = new Map<string, { html: string; headers: Record<string, string> }>()
  let server: Server | undefined
  before(async () => {
    server = createServer((request, response) => {
      const page = pages.get((request.url ?? '/').split('?', 1)[0] ?? '/')
      response.writeHead(page === undefined ? 404 : 200, {
        'content-type': 'text/html; charset=utf-8',
        ...page?.headers,
      })
      response.end(page?.html ?? '')
    })
    // A browser asks for the icon by itself; its absence would be an error in the console.
    pages.set('/favicon.ico', { html: '', headers: {} })
    await new Promise<void>((resolve) => server?.listen(0, 'localhost', resolve))
  })
  after(() => {
    server?.closeAllConnections()
    server?.close()
  })
  return () => {
    assert.ok(server, 'the website is started before the first test')
    const url = `http://localhost:${(server.address() as AddressInfo).port}`
    return {
      url,
      put: (path, html, headers = {}) => {
        pages.set(path, { html, headers })
        return `${url}${path}`
      },
    }
  }
}
