import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Not the public internet (IANA registries of special-purpose addresses). */
const PRIVATE_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The host of a virtual machine in Azure, from which it takes its configuration.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

/** Inside 2000::/3, outside of which nothing is public, but not public all the same. */
const PRIVATE_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const

const privateAddresses = new BlockList()
for (const [address, bits] of PRIVATE_IPV4) privateAddresses.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of PRIVATE_IPV6) privateAddresses.addSubnet(address, bits, 'ipv6')

/**
 * Whether an IP address belongs to a machine on the public internet: not to this machine, its
 * network, a cloud's metadata service, a group of machines, or nobody. An IPv6 address that stands
 * for an IPv4 one (mapped, NAT64, 6to4) is judged as that one.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !privateAddresses.check(address, 'ipv4')
  const groups = groupsOf(address)
  if (groups === undefined) return false
  const inner = embeddedIPv4(groups)
  if (inner !== undefined) return isPublicAddress(inner)
  const [first = 0] = groups
  return first >= 0x2000 && first < 0x4000 && !privateAddresses.check(address, 'ipv6')
}

function embeddedIPv4(groups: readonly number[]): string | undefined {
  const startsWith = (...prefix: number[]) => prefix.every((group, at) => groups[at] === group)
  if (startsWith(0, 0, 0, 0, 0, 0xffff)) return dotted(groups, 6)
  if (startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(groups, 6)
  return startsWith(0x2002) ? dotted(groups, 1) : undefined
}

const dotted = (groups: readonly number[], at: number): string =>
  [groups[at] ?? 0, groups[at + 1] ?? 0].flatMap((group) => [group >> 8, group & 255]).join('.')

/** The eight numbers of an IPv6 address; undefined for any other text. */
function groupsOf(address: string): number[] | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined
  // A URL brings every spelling into one form, with the last two groups in hexadecimal.
  const host = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1)
  if (host === undefined) return undefined
  const [head = '', tail] = host.split('::')
  const numbers = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  if (tail === undefined) return numbers(head)
  const [before, after] = [numbers(head), numbers(tail)]
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

/** What an administrator lets through although it is not public. */
export interface AllowList {
  /** A whole host, whatever it resolves to. */
  allowsHost(host: string, port: number): boolean
  allowsAddress(address: string, port: number): boolean
}

/**
 * Reads a comma list of host names, addresses and CIDR ranges, each with `:port` when only that
 * port is meant (`[::1]:8080` for IPv6). What cannot be read allows nothing.
 */
export function parseAllowList(text: string): AllowList {
  const entries = text.split(',').flatMap((part) => {
    const entry = entryOf(part.trim().toLowerCase())
    return entry === undefined ? [] : [entry]
  })
  return {
    allowsHost: (host, port) =>
      entries.some((entry) => entry.host === host.toLowerCase() && fits(entry, port)),
    allowsAddress: (address, port) =>
      entries.some(
        (entry) =>
          fits(entry, port) &&
          entry.range?.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') === true,
      ),
  }
}

interface Entry {
  host?: string
  range?: BlockList
  port: number | undefined
}

const fits = (entry: Entry, port: number): boolean =>
  entry.port === undefined || entry.port === port

function entryOf(text: string): Entry | undefined {
  const bare = isIPv6(text.split('/', 1)[0] ?? '')
  const match = bare ? undefined : /^\[?([^[\]]+?)\]?(?::(\d{1,5}))?$/.exec(text)
  const name = bare ? text : match?.[1]
  if (name === undefined || name === '') return undefined
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  const [address = '', bits] = name.split('/')
  if (!isIPv4(address) && !isIPv6(address))
    return bits === undefined ? { host: name, port } : undefined
  const longest = isIPv4(address) ? 32 : 128
  const length = bits === undefined ? longest : Number(bits)
  if (!Number.isInteger(length) || length < 0 || length > longest) return undefined
  const range = new BlockList()
  range.addSubnet(address, length, isIPv4(address) ? 'ipv4' : 'ipv6')
  return { range, port }
}
