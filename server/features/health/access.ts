import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Loopback, private and link-local ranges, of which the public internet routes none. */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4')
PRIVATE.addAddress('::1', 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')

/** Headers by which a proxy says that somebody else asks, without a list of addresses. */
const PROXY_HEADERS = ['forwarded', 'x-real-ip', 'x-forwarded-host', 'via'] as const

/** A request as far as it tells who sent it. */
export interface Origin {
  /** The client's address, taken from the trusted proxies where there are any. */
  ip: string
  /** The socket's address and those that trusted proxies named; undefined without such proxies. */
  ips?: string[] | undefined
  headers: IncomingHttpHeaders
}

/**
 * Whether a request may see what only the operator should: it comes from the machine itself or a
 * private network, or it bears the token of `METRICS_TOKEN`.
 */
export const isOperator = (origin: Origin, token: string | undefined): boolean =>
  hasToken(origin.headers.authorization, token) || isNearby(origin)

/**
 * A reverse proxy that nobody declared as trusted makes the whole world look like its own, private
 * address. So a request that was forwarded counts as nearby only when every address it was
 * forwarded for was named by a trusted proxy.
 */
function isNearby({ ip, ips, headers }: Origin): boolean {
  const forwardedFor = addressesIn(headers['x-forwarded-for'])
  const believed = (ips?.length ?? 1) - 1
  if (forwardedFor !== believed) return false
  if (believed === 0 && PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false
  return isPrivate(ip)
}

function addressesIn(header: string | string[] | undefined): number {
  if (header === undefined) return 0
  return String(header).split(',').length
}

/** Whether an address belongs to this machine or a private network. */
export function isPrivate(address: string): boolean {
  const family = isIP(address)
  // An IPv4 client of a dual-stack socket appears as ::ffff:a.b.c.d; the list looks through that.
  return family !== 0 && PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  if (given === undefined || token === undefined) return false
  return timingSafeEqual(digest(given), digest(token))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
