import type { AnswerOf, Endpoints, RequestParts } from './endpoints.ts'
import { machineTimers, type Timers } from './timers.ts'

const TIMEOUT_MS = 15_000

/** The server refused: sending the same again gets the same answer, save for 429 and 5xx. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly status: number
  /** The stable error code, e.g. `room-closed`; empty where the server gave none. */
  readonly code: string
  /** What the server says, for people. */
  readonly text: string
  /** Milliseconds after which the same may succeed. */
  readonly retryAfterMs: number | undefined
  readonly details: unknown

  constructor(status: number, body: ErrorBody, retryAfterMs?: number) {
    const said = [body.error, body.reason, body.message].find((part) => typeof part === 'string')
    const text = typeof said === 'string' ? said : `HTTP ${status}`
    super(text)
    this.status = status
    this.code = codeOf(body, text)
    this.text = text
    this.retryAfterMs = retryAfterMs
    this.details = body.details ?? body
  }

  /** Whether the same request may succeed later without anybody's doing. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408
  }
}

/** No answer of a Foyer server came: whether the request arrived is not known. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
}

interface ErrorBody {
  error?: unknown
  errorType?: unknown
  reason?: unknown
  message?: unknown
  details?: unknown
}

/** What may be said of one request beside its parts. */
export interface RequestOptions {
  signal?: AbortSignal
  /** After this long without an answer it is a `NetworkError`; 15 s unless given. */
  timeoutMs?: number
}

/**
 * Calls an endpoint, e.g. `rest('POST livechat/message', { body: { token, rid, msg } })`.
 * @throws RestError when the server refuses, NetworkError when no answer comes
 */
export type Rest = <Name extends keyof Endpoints>(
  endpoint: Name,
  ...rest: object extends RequestParts<Endpoints[Name]>
    ? [parts?: RequestParts<Endpoints[Name]>, options?: RequestOptions]
    : [parts: RequestParts<Endpoints[Name]>, options?: RequestOptions]
) => Promise<AnswerOf<Endpoints[Name]>>

/** Where requests go, and what each of them carries. */
export interface RestOptions {
  /** Origin of the server, with the path it is installed under if it has one. */
  serverUrl: string
  /** For example `x-user-id` and `x-auth-token` of an agent. */
  headers?: Record<string, string>
  timers?: Timers
}

type Scalar = string | number | boolean

interface LooseParts {
  params?: Record<string, string>
  query?: Record<string, Scalar | readonly Scalar[] | undefined>
  body?: unknown
}

/** Requests to one server, typed by its contracts. */
export function createRest({ serverUrl, headers = {}, timers = machineTimers }: RestOptions): Rest {
  const base = `${withoutSlash(serverUrl)}/api/v1/`
  const rest = async (endpoint: string, parts: LooseParts = {}, options: RequestOptions = {}) => {
    const [method = 'GET', path = ''] = endpoint.split(' ')
    const filled = path.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(parts.params?.[name] ?? ''),
    )
    return exchange(timers, base + filled + queryText(parts.query), options, {
      method,
      credentials: 'omit',
      ...(parts.body === undefined
        ? { headers }
        : { headers: { ...headers, ...JSON_BODY }, body: JSON.stringify(parts.body) }),
    })
  }
  // The contract types say what each name takes and answers; at run time all are alike.
  return rest as Rest
}

const JSON_BODY = { 'content-type': 'application/json' }

async function exchange(
  timers: Timers,
  url: string,
  { signal, timeoutMs = TIMEOUT_MS }: RequestOptions,
  request: RequestInit,
): Promise<unknown> {
  const abort = new AbortController()
  const stop = (): void => abort.abort()
  const stopWaiting = timers.after(timeoutMs, stop)
  signal?.addEventListener('abort', stop)
  if (signal?.aborted === true) stop()
  try {
    const response = await fetch(url, { ...request, signal: abort.signal })
    return readAnswer(response.status, await response.text(), response.headers.get('retry-after'))
  } catch (error) {
    if (error instanceof RestError) throw error
    throw new NetworkError(error instanceof Error ? error.message : 'no answer', { cause: error })
  } finally {
    stopWaiting()
    signal?.removeEventListener('abort', stop)
  }
}

/**
 * The body of a success.
 * @throws RestError for a refusal; NetworkError for what no Foyer server says, such as the page of
 * a Wi-Fi that wants a login first
 */
export function readAnswer(status: number, text: string, retryAfter: string | null): unknown {
  const body = parseObject(text)
  const isOurs = body !== undefined && ('success' in body || 'status' in body)
  if (status >= 200 && status < 300 && isOurs && body['success'] !== false) return body
  if (status === 429 || status >= 500) {
    throw new RestError(status, body ?? {}, Number(retryAfter) * 1000 || undefined)
  }
  if (isOurs && status >= 400) throw new RestError(status, body)
  throw new NetworkError(`an answer that is not the server's (HTTP ${status})`)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function queryText(query: LooseParts['query'] = {}): string {
  const words = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const one of value) words.append(`${key}[]`, String(one))
    else words.append(key, String(value))
  }
  const text = words.toString()
  return text === '' ? '' : `?${text}`
}

function codeOf({ errorType, reason, error }: ErrorBody, text: string): string {
  if (typeof errorType === 'string') return errorType
  const bracketed = /\[([\w-]+)\]$/.exec(text)?.[1]
  if (bracketed !== undefined) return bracketed
  const plain = typeof error === 'string' ? error : reason
  return typeof plain === 'string' && /^[\w-]+$/.test(plain) ? plain : ''
}

/** An address without the slash at its end. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
