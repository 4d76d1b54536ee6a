import { createHash } from 'node:crypto'
import type { LinkedBus } from './linked-bus.ts'
import type { NatsPlace } from './nats-link.ts'
import type { PostgresPlace } from './postgres-link.ts'

/** Where the processes of an installation meet. */
export interface Meeting {
  storage: { kind: 'sqlite' } | ({ kind: 'postgres' } & PostgresPlace)
  /** A way to PostgreSQL for the bus alone. */
  busDatabaseUrl: string | undefined
  nats: NatsPlace | undefined
}

/**
 * Joins the bus to the other processes: through NATS where it is configured, else through
 * PostgreSQL. On the embedded engine there are none.
 * @param installation an id that no other installation has
 */
export async function joinOthers(
  bus: LinkedBus,
  { storage, busDatabaseUrl, nats }: Meeting,
  installation: string,
  onState: () => void,
): Promise<void> {
  if (storage.kind === 'sqlite') return
  // Each is loaded only where it is used.
  if (nats !== undefined) {
    const { NatsLink } = await import('./nats-link.ts')
    const name = createHash('sha256').update(installation).digest('hex').slice(0, 32)
    bus.join((events) => new NatsLink(nats, `foyer.${name}`, events), onState)
    return
  }
  const { PostgresLink } = await import('./postgres-link.ts')
  const place = { ...storage, url: busDatabaseUrl ?? storage.url }
  bus.join((events) => new PostgresLink(place, events), onState)
}
