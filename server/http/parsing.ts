import type { FastifyInstance } from 'fastify'
import qs from 'qs'
import { ApiError } from '../contract/errors.ts'

const QUERY_OPTIONS = {
  depth: 3,
  parameterLimit: 200,
  arrayLimit: 200,
  plainObjects: true,
  allowPrototypes: false,
} as const

/** `a[]=x` is an array and `a[$ne]=x` an object, both refused by type where a scalar is wanted. */
export const parseQuery = (text: string): Record<string, unknown> => qs.parse(text, QUERY_OPTIONS)

/** Nesting of a body that has to be walked; no contract comes near it. */
const MAX_LEVELS = 100

class UnsupportedMediaTypeError extends Error {
  readonly statusCode = 415
}

/** JSON is UTF-8; what says to be something else would be stored with its letters replaced. */
const isUtf8 = (contentType: string | undefined): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType ?? '')?.[1]
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset)
}

/** U+0000 in a request target: PostgreSQL cannot store it, and nobody means it. */
export const hasNul = (url: string): boolean => url.includes('%00')

/**
 * JSON from any content type that may carry it; no body at all is `undefined`, since the stock
 * widget declares JSON on requests without one.
 */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Prototype keys are refused by the framework's own parser.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  for (const type of ['application/json', 'text/plain', '*']) {
    app.addContentTypeParser(type, { parseAs: 'string' }, (request, body, done) => {
      const text = body as string
      // Where nothing is, no body is of the wrong kind.
      if (text.trim() === '' || request.is404) {
        done(null, undefined)
        return
      }
      const { 'content-type': declared, 'content-encoding': encoding = 'identity' } =
        request.headers
      const readable = encoding === 'identity' && isUtf8(declared)
      if (!readable || (type === '*' && declared !== undefined)) {
        done(new UnsupportedMediaTypeError(), undefined)
        return
      }
      void parseJson(request, text, (error, value) => {
        if (error) {
          done(new ApiError('invalid-params', { reason: 'The body is not valid JSON' }), undefined)
          return
        }
        try {
          // Only an escape can bring a NUL or half a surrogate pair into a JSON string.
          done(null, text.includes('\\u') ? wellFormed(value) : value)
        } catch (refusal) {
          done(refusal as Error, undefined)
        }
      })
    })
  }
}

function wellFormed(value: unknown, levels: number = MAX_LEVELS): unknown {
  if (levels === 0) {
    throw new ApiError('invalid-params', { reason: 'The body is nested too deeply' })
  }
  if (typeof value === 'string') {
    if (value.includes('\u0000')) {
      throw new ApiError('invalid-params', { reason: 'Texts must not contain U+0000' })
    }
    return value.toWellFormed()
  }
  if (Array.isArray(value)) return value.map((entry) => wellFormed(entry, levels - 1))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        wellFormed(key, levels - 1),
        wellFormed(entry, levels - 1),
      ]),
    )
  }
  return value
}
