import { Type, type TSchema } from 'typebox'
import type { Audience, Endpoint } from './define.ts'

const JSON_TYPE = 'application/json'
const ERROR = { $ref: '#/components/schemas/Error' }

/** The schema of a 200 answer, with the flag that the route adds. */
export function answerSchema(endpoint: Endpoint): TSchema {
  if (endpoint.envelope === 'raw') return endpoint.response
  return Type.Intersect([endpoint.response, Type.Object({ success: Type.Boolean() })])
}

/**
 * The OpenAPI 3.1 document of the given endpoints, made from the same values that validate and
 * serialise.
 */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  info: { version: string; url: string },
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Foyer',
      version: info.version,
      description:
        'Livechat REST API: the Omnichannel wire contract that Rocket.Chat clients speak.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: info.url }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        authToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
        userId: { type: 'apiKey', in: 'header', name: 'X-User-Id' },
      },
      schemas: {
        Error: {
          type: 'object',
          required: ['success', 'error'],
          properties: {
            success: { const: false },
            error: { type: 'string' },
            errorType: { type: 'string' },
            details: { type: 'object' },
          },
        },
      },
    },
  }
}

function operationOf(endpoint: Endpoint): Record<string, unknown> {
  const { method, path, tag, summary, example, errors, body } = endpoint
  const signedIn = endpoint.audience !== 'anyone' && endpoint.audience !== 'visitor'
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`,
    tags: [tag],
    summary,
    description: [endpoint.description, audienceText(endpoint.audience)]
      .filter(Boolean)
      .join('\n\n'),
    ...(signedIn ? { security: [{ authToken: [], userId: [] }] } : { security: [] }),
    parameters: [
      ...parametersOf('path', endpoint.params, example.params),
      ...parametersOf('query', endpoint.query, example.query),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { content: { [JSON_TYPE]: { schema: body, example: example.body } } } }),
    responses: {
      200: {
        description: 'Success',
        content: {
          [JSON_TYPE]: {
            schema: answerSchema(endpoint),
            example:
              endpoint.envelope === 'raw'
                ? example.response
                : { ...(example.response as object), success: true },
          },
        },
      },
      400: {
        description: ['invalid-params', ...errors].map((code) => `\`${code}\``).join(', '),
        content: { [JSON_TYPE]: { schema: ERROR } },
      },
      ...(signedIn ? { 401: { description: 'No valid login' } } : {}),
      ...(typeof endpoint.audience === 'object'
        ? {
            403: {
              description: '`error-unauthorized`',
              content: { [JSON_TYPE]: { schema: ERROR } },
            },
          }
        : {}),
      429: {
        description: '`error-too-many-requests`, with Retry-After',
        content: { [JSON_TYPE]: { schema: ERROR } },
      },
    },
  }
}

function audienceText(audience: Audience): string {
  if (audience === 'anyone') return 'Open to anyone.'
  if (audience === 'visitor') return 'For the visitor whose token the request carries.'
  if (audience === 'user') return 'For signed-in users.'
  return 'anyOf' in audience
    ? `Needs ${audience.anyOf.map((id) => `\`${id}\``).join(' or ')}.`
    : `Needs ${audience.allOf.map((id) => `\`${id}\``).join(' and ')}.`
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
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
    ...(examples?.[name] === undefined ? {} : { example: examples[name] }),
  }))
}
