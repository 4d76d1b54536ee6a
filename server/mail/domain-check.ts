import { Resolver } from 'node:dns/promises'

const LIMIT_MS = 1000

/** Whether mail to an address has somewhere to go; in doubt it has. */
export type DomainCheck = (address: string) => Promise<boolean>

/**
 * Asks the name system for the domain of an address. Only its definite word that there is no such
 * domain, given within a second, is a no: a name system that is silent or broken loses nobody's
 * message. Neither does one that sees only its own network, and says of every name outside that it
 * does not exist: its word counts when it knows the root of all names.
 * @param servers `address:port` of name servers instead of the machine's own
 * @param limitMs how long the name system may take, instead of a second
 */
export function createDomainCheck(servers?: readonly string[], limitMs = LIMIT_MS): DomainCheck {
  return async (address) => {
    const resolver = new Resolver({ timeout: limitMs, tries: 1 })
    if (servers !== undefined) resolver.setServers(servers)
    const late = setTimeout(() => resolver.cancel(), limitMs)
    try {
      await resolver.resolveMx(address.slice(address.lastIndexOf('@') + 1))
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOTFOUND') return true
      return !(await knowsRoot(resolver))
    } finally {
      clearTimeout(late)
    }
  }
}

const knowsRoot = (resolver: Resolver): Promise<boolean> =>
  resolver.resolveNs('.').then(
    (servers) => servers.length > 0,
    () => false,
  )
