import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import { ApiError } from '../server/contract/errors.ts'
import type { Endpoint } from '../server/contract/define.ts'
import { answerOf } from '../server/http/error-handler.ts'
import { ENGINES } from './support/engines.ts'
import { useServer } from './support/test-server.ts'

/** By media type; forms and files have another one than JSON. */
type Content = Record<string, MediaType>

interface MediaType {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

interface Operation {
  operationId: string
  summary: string
  description: string
  deprecated?: boolean
  security: Record<string, string[]>[]
  parameters: { name: string; in: string; schema: object; example?: unknown }[]
  requestBody?: { content: Content }
  responses: Record<string, Response>
}

interface Response {
  description: string
  content: Content
}

interface Document {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; responses: Record<string, Response> }
}

const COMMON_ERRORS = ['invalid-params', 'error-too-many-requests', 'error-overloaded'] as const

const [sqlite] = ENGINES
assert.ok(sqlite)
const server = useServer(sqlite)

const readDocument = async (): Promise<Document> => (await server().get('/api/openapi.json')).body
const pathsOf = (endpoint: Endpoint): string[] =>
  [endpoint.path, ...(endpoint.aliases ?? [])].map((path) => path.replaceAll(/:(\w+)/g, '{$1}'))

/** Every operation beside the endpoint that it was made from. */
async function operations(): Promise<{ at: string; endpoint: Endpoint; operation: Operation }[]> {
  const { paths, components } = await readDocument()
  const resolved = (response: Response | { $ref: string }): Response => {
    if (!('$ref' in response)) return response
    const found = components.responses[response.$ref.replace('#/components/responses/', '')]
    assert.ok(found, response.$ref)
    return found
  }
  return server().app.endpoints.flatMap((endpoint) =>
    pathsOf(endpoint).map((path) => {
      const at = `${endpoint.method} ${path}`
      const operation = paths[path]?.[endpoint.method.toLowerCase()]
      assert.ok(operation, `${at} is missing`)
      const responses = Object.entries(operation.responses)
      operation.responses = Object.fromEntries(
        responses.map(([status, response]) => [status, resolved(response)]),
      )
      return { at, endpoint, operation }
    }),
  )
}

test('the document has every path of the route table, and no other', async () => {
  const { openapi, paths } = await readDocument()
  assert.equal(openapi, '3.1.0')
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routed = server().app.endpoints.flatMap((endpoint) =>
    pathsOf(endpoint).map((path) => `${endpoint.method} ${path}`),
  )
  assert.deepEqual(documented.sort(), routed.sort())
  assert.equal(new Set(routed).size, routed.length, 'no route is declared twice')
})

test('every operation says what it does, who may call it, how it fails, and shows it', async () => {
  const all = await operations()
  const ids = all.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique')
  for (const { at, endpoint, operation } of all) {
    assert.match(operation.summary, /^\S.{5,}[^.]$/, `${at} has a summary`)
    assert.match(operation.description, /Open to anyone|For |Needs /, `${at} names its audience`)
    const signedIn = endpoint.audience !== 'anyone' && endpoint.audience !== 'visitor'
    assert.equal(operation.security.length > 0, signedIn, `${at} asks for a login`)
    assert.equal('401' in operation.responses, signedIn || endpoint.path.endsWith('/login'), at)
    for (const code of [...COMMON_ERRORS, ...endpoint.errors]) {
      const { status } = new ApiError(code)
      const { examples } = operation.responses[status]?.content['application/json'] ?? {}
      assert.ok(examples?.[code], `${at} shows ${code}`)
    }
    const success = operation.responses['200']?.content['application/json']
    if (endpoint.envelope === 'file') assert.equal(success, undefined, `${at} answers bytes`)
    else assert.notEqual(success?.example, undefined, `${at} shows an answer`)
    const body = operation.requestBody?.content['application/json']
    const { required = [] } = (endpoint.body ?? {}) as { required?: string[] }
    assert.ok(required.length === 0 || body?.example !== undefined, `${at} shows a body`)
    for (const parameter of operation.parameters) {
      assert.ok(
        parameter.in !== 'path' || parameter.example !== undefined,
        `${at} ${parameter.name}`,
      )
    }
  }
})

test('examples are valid by their own schemas', async () => {
  const { components } = await readDocument()
  const ajv = new Ajv({ strict: false, allErrors: true })
  // Most refusals have the same schema, and compiling is what takes long.
  const validators = new Map<string, ValidateFunction>()
  const assertValid = (schema: object, value: unknown, where: string): void => {
    const key = JSON.stringify(schema)
    const validate = validators.get(key) ?? ajv.compile({ ...schema, components })
    validators.set(key, validate)
    assert.ok(validate(value), `${where}: ${ajv.errorsText(validate.errors)}`)
  }
  for (const { at, operation } of await operations()) {
    for (const { name, schema, example } of operation.parameters) {
      if (example !== undefined) assertValid(schema, example, `${at} parameter ${name}`)
    }
    const body = operation.requestBody?.content['application/json']
    if (body?.example !== undefined) assertValid(body.schema, body.example, `${at} body`)
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const json = content['application/json']
      if (json === undefined) continue
      const { schema, example, examples = {} } = json
      const whole = status === '200' ? { ...schema, unevaluatedProperties: false } : schema
      if (example !== undefined) assertValid(whole, example, `${at} ${status}`)
      for (const [code, { value }] of Object.entries(examples)) {
        assertValid(schema, value, `${at} ${status} ${code}`)
      }
    }
  }
})

test('refusals are shown as they are sent', async () => {
  for (const { at, endpoint, operation } of await operations()) {
    // The third form is that of uploads, which their own tests read.
    if (endpoint.reasonErrors === true) continue
    for (const code of endpoint.errors) {
      const { status, body } = answerOf(new ApiError(code), endpoint.plainErrors === true)
      // Their reasons are made for each case.
      if (code === 'invalid-params' || status === 429) continue
      const examples = operation.responses[status]?.content['application/json']?.examples
      assert.deepEqual(examples?.[code]?.value, body, `${at} ${code}`)
    }
  }
})

test('the committed document is the generated one', async () => {
  const committed = await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8')
  const generated = `${JSON.stringify(await readDocument(), null, 2)}\n`
  assert.ok(committed === generated, 'docs/openapi.json is old: run "npm run openapi"')
})

test('[S4] the page loads nothing from elsewhere and runs no inline script', async () => {
  const page = await server().get('/api/docs')
  assert.equal(page.status, 200)
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self'/)
  assert.doesNotMatch(policy, /unsafe|\*|https?:/)
  const html: string = page.body
  assert.doesNotMatch(html, /<script>|<style|\son\w+=|https?:\/\//)
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
  assert.ok(links.length >= 5)
  for (const link of links) {
    const answer = await server().get(`/api/${link}`)
    assert.equal(answer.status, 200, link)
  }
  assert.equal((await server().get('/api/docs/package.json')).status, 404)
  assert.equal((await server().get('/api/docs/')).headers['location'], '../docs')
})
