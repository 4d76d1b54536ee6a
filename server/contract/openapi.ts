import { Type, type TSchema } from 'typebox'
import type { Audience, Endpoint } from './define.ts'
import { ApiError, isPlain, isReason, type ErrorCode } from './errors.ts'

const JSON_TYPE = 'application/json'
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const DESCRIPTION = `A livechat server. This is the part of Rocket.Chat's Omnichannel REST contract
that it speaks; what differs on purpose is listed in \`docs/WIRE.md\`.

**Who asks.** Visitors carry the \`token\` their client made up when it registered them. Agents and
administrators sign in with \`POST /api/v1/login\` and send the two values of its answer as the
headers \`X-User-Id\` and \`X-Auth-Token\`.

**Answers** are JSON objects with \`success: true\` beside the payload. **Refusals** have
\`success: false\` and an \`error\` that contains a stable code; most have the bare code in
\`errorType\`, too.

**Lists** take \`offset\`, \`count\` (at most 100 unless the server allows more; 0 is all) and
\`sort\`, a JSON object such as \`{"ts":-1}\`.

**Limits.** Every answer of a limited call carries \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\`
and \`X-RateLimit-Reset\` (epoch milliseconds). 429 and 503 carry \`Retry-After\` in seconds.`

/** The schema of a 200 answer, with the flag that the route adds. */
export function answerSchema(endpoint: Endpoint): TSchema {
  if (endpoint.envelope === 'raw' || endpoint.envelope === 'file') return endpoint.response
  return Type.Intersect([endpoint.response, Type.Object({ success: Type.Boolean() })])
}

/**
 * The OpenAPI 3.1 document of the given endpoints, made from the same values that validate and
 * serialise.
 */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  info: { version: string },
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  const add = (endpoint: Endpoint, route: string, aliasOf?: string): void => {
    const path = templateOf(route)
    const operation = operationOf(endpoint, route, aliasOf)
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation }
  }
  for (const endpoint of endpoints) {
    add(endpoint, endpoint.path)
    for (const alias of endpoint.aliases ?? []) add(endpoint, alias, endpoint.path)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Foyer',
      version: info.version,
      description: DESCRIPTION.replaceAll(/([^\n])\n(?!\n)/g, '$1 '),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to where the document was read from: right on every installation.
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths,
    components: componentsOf(),
  }
}

/** What operations share. */
const componentsOf = (): Record<string, unknown> => ({
  securitySchemes: {
    authToken: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Auth-Token',
      description: '`authToken` of the answer to `POST /api/v1/login`',
    },
    userId: {
      type: 'apiKey',
      in: 'header',
      name: 'X-User-Id',
      description: '`userId` of the answer to `POST /api/v1/login`',
    },
  },
  schemas: {
    Error: {
      type: 'object',
      required: ['success', 'error'],
      properties: {
        success: { const: false },
        error: { type: 'string', description: 'A text that contains the code of the refusal.' },
        errorType: { type: 'string', description: 'The code alone.' },
        details: { type: 'object' },
      },
    },
    Reason: {
      type: 'object',
      required: ['success', 'reason'],
      properties: {
        success: { const: false },
        reason: { type: 'string', description: 'The code of the refusal.' },
        sizeAllowed: { type: 'string' },
      },
    },
    NotLoggedIn: {
      type: 'object',
      required: ['success', 'status', 'message'],
      properties: {
        success: { const: false },
        status: { const: 'error' },
        message: { type: 'string' },
        error: { type: 'string' },
      },
    },
  },
  responses: {
    NotLoggedIn: {
      description: 'No valid login',
      content: {
        [JSON_TYPE]: {
          schema: ref('NotLoggedIn'),
          example: {
            success: false,
            status: 'error',
            message: 'You must be logged in to do this.',
            error: 'unauthorized',
          },
        },
      },
    },
    NotPermitted: refusal(['error-unauthorized'], 'meteor'),
    TooManyRequests: refusal(['error-too-many-requests'], 'meteor'),
    Unavailable: refusal(['error-overloaded', 'error-service-unavailable'], 'meteor'),
  },
})

const templateOf = (route: string): string => route.replaceAll(/:(\w+)/g, '{$1}')

function operationOf(endpoint: Endpoint, route: string, aliasOf?: string): Record<string, unknown> {
  const { method, tag, summary, description, example, body } = endpoint
  const signedIn = endpoint.audience !== 'anyone' && endpoint.audience !== 'visitor'
  const texts = [
    ...(aliasOf === undefined ? [] : [`Another path of \`${templateOf(aliasOf)}\`.`]),
    ...(description === undefined ? [] : [description]),
    audienceText(endpoint.audience),
  ]
  return {
    operationId: `${method.toLowerCase()}${route.replaceAll(/[^A-Za-z0-9]+/g, '-')}`,
    tags: [tag],
    summary,
    description: texts.join('\n\n'),
    ...(aliasOf === undefined ? {} : { deprecated: true }),
    security: signedIn ? [{ authToken: [], userId: [] }] : [],
    parameters: [
      ...parametersOf('path', endpoint.params, example.params),
      ...parametersOf('query', endpoint.query, example.query),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: endpoint.multipart ? formOf(body) : requestBodyOf(body, example.body) }),
    responses: { 200: successOf(endpoint), ...refusalsOf(endpoint, signedIn) },
  }
}

function requestBodyOf(schema: TSchema, example: unknown): Record<string, unknown> {
  const { required = [] } = schema as { required?: readonly string[] }
  return {
    required: required.length > 0,
    content: { [JSON_TYPE]: { schema, ...(example === undefined ? {} : { example }) } },
  }
}

/** A form: the declared fields beside the file. */
function formOf(fields: TSchema): Record<string, unknown> {
  const { properties = {}, required = [] } = fields as {
    properties?: Record<string, TSchema>
    required?: readonly string[]
  }
  const file = { type: 'string', format: 'binary', description: 'The file.' }
  const schema = {
    type: 'object',
    required: ['file', ...required],
    properties: { file, ...properties },
  }
  return { required: true, content: { 'multipart/form-data': { schema } } }
}

function successOf(endpoint: Endpoint): Record<string, unknown> {
  if (endpoint.envelope === 'file') {
    return { description: 'The bytes', content: { '*/*': { schema: endpoint.response } } }
  }
  const { response } = endpoint.example
  const example =
    endpoint.envelope === 'raw' ? response : { ...(response as object), success: true }
  return {
    description: 'Success',
    content: { [JSON_TYPE]: { schema: answerSchema(endpoint), example } },
  }
}

/** The refusals of an operation by status, each code with the body that it is answered with. */
function refusalsOf(endpoint: Endpoint, signedIn: boolean): Record<string, unknown> {
  const codes = new Set<ErrorCode>(['invalid-params', ...endpoint.errors])
  const form = endpoint.reasonErrors ? 'reason' : endpoint.plainErrors ? 'plain' : 'meteor'
  const refusals: Record<string, unknown> = {}
  const byStatus = Object.groupBy(codes, (code) => new ApiError(code).status)
  for (const [status, found = []] of Object.entries(byStatus)) {
    refusals[status] = refusal(found, form)
  }
  if (signedIn) refusals['401'] ??= { $ref: '#/components/responses/NotLoggedIn' }
  if (typeof endpoint.audience === 'object') {
    refusals['403'] ??= { $ref: '#/components/responses/NotPermitted' }
  }
  refusals['429'] = { $ref: '#/components/responses/TooManyRequests' }
  refusals['503'] ??= { $ref: '#/components/responses/Unavailable' }
  return refusals
}

/** One response for refusals of one status. */
function refusal(codes: readonly ErrorCode[], form: ErrorForm): Record<string, unknown> {
  const examples = Object.fromEntries(
    codes.map((code) => [code, { value: errorExample(code, form) }]),
  )
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: {
      [JSON_TYPE]: {
        schema: form === 'reason' ? { oneOf: [ref('Error'), ref('Reason')] } : ref('Error'),
        examples,
      },
    },
  }
}

/** Reasons that are made for each case, as they may read. */
const SAMPLE_REASONS: Partial<Record<ErrorCode, string>> = {
  'invalid-params': "must have required property 'token'",
  'error-too-many-requests':
    'Error, too many requests. Please slow down. You must wait 31 seconds before trying this endpoint again.',
}

type ErrorForm = 'meteor' | 'plain' | 'reason'

/** The body of a refusal, in the one of the contract's forms that the endpoint uses. */
function errorExample(code: ErrorCode, form: ErrorForm): Record<string, unknown> {
  const { status, reason = SAMPLE_REASONS[code] } = new ApiError(code)
  if (form === 'reason' && isReason(status, code)) return { success: false, reason: code }
  if (form === 'plain' && isPlain(status, code)) {
    return { success: false, error: code }
  }
  const error = reason === undefined ? `[${code}]` : `${reason} [${code}]`
  return { success: false, error, errorType: code }
}

function audienceText(audience: Audience): string {
  if (audience === 'anyone') return 'Open to anyone.'
  if (audience === 'visitor') return 'For the visitor whose token the request carries.'
  if (audience === 'user') return 'For signed-in users.'
  return 'anyOf' in audience
    ? `Needs the permission ${audience.anyOf.map((id) => `\`${id}\``).join(' or ')}.`
    : `Needs the permissions ${audience.allOf.map((id) => `\`${id}\``).join(' and ')}.`
}

function parametersOf(
  place: 'path' | 'query',
  schema: TSchema | undefined,
  examples: Record<string, unknown> | undefined,
): Record<string, unknown>[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    // A list of one is a list only with the brackets: `agents[]=x`.
    const isList = 'type' in property && property.type === 'array'
    return {
      name: place === 'query' && isList ? `${name}[]` : name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: property,
      ...(examples?.[name] === undefined ? {} : { example: examples[name] }),
    }
  })
}
