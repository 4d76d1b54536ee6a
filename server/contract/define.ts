import type { Static, TSchema } from 'typebox'
import type { PermissionId } from '../features/permissions/catalogue.ts'
import type { ErrorCode } from './errors.ts'

/**
 * Who may call an endpoint. There is no default: a route without one does not start.
 * - `anyone`: no credential at all.
 * - `visitor`: a visitor token inside the request, checked by the operation.
 * - `user`: a signed-in user; what he may see is checked by the operation.
 * - permissions: a signed-in user who holds any, or all, of them.
 */
export type Audience =
  | 'anyone'
  | 'visitor'
  | 'user'
  | { anyOf: readonly PermissionId[] }
  | { allOf: readonly PermissionId[] }

/** Which limit of the limits table counts a call; `standard` is per user, else per IP and route. */
export type LimitClass = 'standard' | 'registration' | 'message' | 'login' | 'none'

/** One HTTP method and path of the wire contract, declared once: the value that validates, types,
 * serialises and documents. */
export interface Endpoint<
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Result extends TSchema = TSchema,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Fastify path with `:name` parameters. */
  path: string
  /** Other paths with the same meaning (misprints of the published document, older names). */
  aliases?: readonly string[]
  /** Tag of the wire contract, e.g. `Livechat Messages`. */
  tag: string
  summary: string
  description?: string
  audience: Audience
  limit?: LimitClass
  params?: Params
  query?: Query
  body?: Body
  /** The body is a form with one file in the field `file`; `body` declares its other fields. */
  multipart?: true
  /** Answer without the `success` flag, which the route adds unless `envelope` is `raw`. */
  response: Result
  /** `raw`: the answer is sent as the handler returns it; `file`: the answer is a file's bytes. */
  envelope?: 'success' | 'raw' | 'file'
  /** Errors are answered as the bare code (wire contract, section 1.3). */
  plainErrors?: boolean
  /** Refusals with status 400 are answered as `{"success":false,"reason":code}` with details. */
  reasonErrors?: boolean
  errors: readonly ErrorCode[]
  /** A request and its answer, as they stand in the documentation. */
  example: {
    params?: Record<string, string>
    query?: Record<string, unknown>
    body?: unknown
    response: unknown
  }
}

/** What a handler receives: validated and typed by the contract; `undefined` where undeclared. */
export interface Input<P extends TSchema, Q extends TSchema, B extends TSchema> {
  params: Static<P>
  query: Static<Q>
  body: Static<B>
}

/** Declares an endpoint; the identity function that keeps the schema types. */
export const defineEndpoint = <
  P extends TSchema,
  Q extends TSchema,
  B extends TSchema,
  R extends TSchema,
>(
  endpoint: Endpoint<P, Q, B, R>,
): Endpoint<P, Q, B, R> => endpoint
