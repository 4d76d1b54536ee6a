import { lookup as systemLookup } from 'node:dns/promises'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress, parseAllowList } from './addresses.ts'

const MAX_ANSWER_BYTES = 65_536
/** A lookup holds one of the process's few threads for as long as the name server is silent. */
const MAX_LOOKUPS = 2
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443])
/** Below this, ports belong to other services than the web. */
const FIRST_FREE_PORT = 1024

/** An IP address of a host. */
export interface Address {
  address: string
  family: 4 | 6
}

/** Finds the addresses of a host name; tests give their own. */
export type Resolver = (host: string) => Promise<readonly Address[]>

/** A request to somebody else's server. */
export interface OutboundRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: string | Buffer
  /** For everything together: lookup, connection, request and answer. */
  timeoutMs: number
  signal?: AbortSignal
}

/** What the other server said. */
export interface OutboundAnswer {
  status: number
  /** At most 64 kB of it; what follows is not read. */
  body: string
}

/** The request was not made, because this server must not reach that place. */
export class OutboundRefusedError extends Error {
  override readonly name = 'OutboundRefusedError'
}

/** No whole answer came. The message names no URL, which may hold secrets. */
export class OutboundFailedError extends Error {
  override readonly name = 'OutboundFailedError'
}

/** The one way for requests to other servers. @throws OutboundRefusedError, OutboundFailedError */
export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer>

/**
 * Builds the way out (S7). The host is resolved first, every address of it must be public or
 * allowed, and the connection goes to exactly these addresses: a name that resolves to something
 * else a moment later changes nothing. No redirect is followed.
 * @param allowed the setting `Foyer_outbound_allow` as it is now
 */
export function createOutbound(
  allowed: () => string,
  resolver: Resolver = resolveBySystem,
): Outbound {
  const resolve = withFewThreads(resolver)
  return async (request) => {
    const time = AbortSignal.timeout(Math.max(1, request.timeoutMs))
    const signal = request.signal === undefined ? time : AbortSignal.any([time, request.signal])
    const url = webUrl(request.url)
    const port = portOf(url)
    const host = hostOf(url)
    const list = parseAllowList(allowed())
    const wholeHost = list.allowsHost(host, port)
    const addresses = await untilAborted(resolve(host), signal)
    if (addresses.length === 0) throw new OutboundFailedError('the host has no address')
    for (const { address } of addresses) {
      if (wholeHost || list.allowsAddress(address, port)) continue
      if (!isPublicAddress(address)) {
        throw new OutboundRefusedError(
          'the host is not on the public internet; Foyer_outbound_allow can let it through',
        )
      }
      if (port < FIRST_FREE_PORT && !WEB_PORTS.has(port)) {
        throw new OutboundRefusedError(`port ${port} belongs to another service than the web`)
      }
    }
    return exchange(url, addresses, request, signal)
  }
}

function webUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OutboundRefusedError('the address is no http or https URL')
  }
  return url
}

const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)

/** Without the brackets of IPv6 and the dot at the end of a full name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')

const resolveBySystem: Resolver = async (host) =>
  (await systemLookup(host, { all: true, order: 'verbatim' })) as Address[]

/** Asks once for questions of the same moment, and for few names at a time. */
function withFewThreads(resolver: Resolver): Resolver {
  const asking = new Map<string, Promise<readonly Address[]>>()
  return async (host) => {
    const version = isIP(host)
    if (version !== 0) return [{ address: host, family: version === 4 ? 4 : 6 }]
    const known = asking.get(host)
    if (known !== undefined) return known
    if (asking.size >= MAX_LOOKUPS) {
      throw new OutboundFailedError('too many name lookups are waiting for an answer')
    }
    const answer = Promise.resolve(resolver(host)).then(
      (addresses) => addresses,
      () => {
        throw new OutboundFailedError('the host name could not be resolved')
      },
    )
    asking.set(host, answer)
    const forget = (): boolean => asking.delete(host)
    answer.then(forget, forget)
    return answer
  }
}

function exchange(
  url: URL,
  addresses: readonly Address[],
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { body } = request
  const options: RequestOptions = {
    method: request.method,
    agent: false,
    lookup: pinned(addresses),
    signal,
    headers: {
      ...request.headers,
      'accept-encoding': 'identity',
      connection: 'close',
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
  }
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? abortedError(signal) : told(error))
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const call = send(url, options, (answer) => {
      readBounded(answer)
        .then((text) => resolve({ status: answer.statusCode ?? 0, body: text }))
        .catch(fail)
        // A server that has more to say is not listened to.
        .finally(() => call.destroy())
    })
    call.on('error', fail)
    call.end(body)
  })
}

/** A lookup that knows these addresses only. */
const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses
    if (options.all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family ?? 4)
  }

function readBounded(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (): void => {
      resolve(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8'))
    }
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_ANSWER_BYTES) end()
    })
    answer.on('end', end)
    answer.on('error', reject)
    answer.on('close', () => reject(new Error('the answer was cut off')))
  })
}

function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortedError(signal))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
      .catch(() => undefined)
  })
}

const abortedError = (signal: AbortSignal): Error => {
  const { reason } = signal
  const late = reason instanceof DOMException && reason.name === 'TimeoutError'
  if (late) return new OutboundFailedError('no answer in time')
  return reason instanceof Error ? reason : new OutboundFailedError('stopped')
}

/** Node's texts name addresses at most; its codes say enough. */
function told(error: Error): OutboundFailedError {
  const { code } = error as NodeJS.ErrnoException
  return new OutboundFailedError(
    code === undefined ? error.message : `the connection failed: ${code}`,
  )
}
