/** An agent whom routing may choose. */
export interface Candidate {
  id: string
  username: string
  name: string
  /** Conversations ever routed to him. */
  routedCount: number
  lastRoutedAt: string | null
  /** Open conversations that he serves now. */
  openChats: number
  /** His own limit of open conversations; null for the installation's. */
  maxChats: number | null
}

/** What clients are told of a routing method (domain model, section 4). */
export interface RoutingConfig {
  previewRoom: boolean
  showConnecting: boolean
  showQueue: boolean
  showQueueLink: boolean
  returnQueue: boolean
  enableTriggerAction: boolean
  autoAssignAgent: boolean
}

/** A way of choosing agents: pure, so that every method is one value. */
export interface RoutingMethod {
  config: RoutingConfig
  /** The agent for the next conversation; undefined leaves it in the queue. */
  choose(candidates: readonly Candidate[]): Candidate | undefined
}

const AUTOMATIC: RoutingConfig = {
  previewRoom: false,
  showConnecting: false,
  showQueue: false,
  showQueueLink: true,
  returnQueue: false,
  enableTriggerAction: true,
  autoAssignAgent: true,
}

const MANUAL: RoutingConfig = {
  previewRoom: true,
  showConnecting: true,
  showQueue: true,
  showQueueLink: false,
  returnQueue: true,
  enableTriggerAction: false,
  autoAssignAgent: false,
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The methods that exist. Others join here; nothing else changes. */
const METHODS = {
  Auto_Selection: {
    config: AUTOMATIC,
    choose: (candidates) =>
      candidates.toSorted(
        (a, b) => a.routedCount - b.routedCount || compareText(a.username, b.username),
      )[0],
  },
  Manual_Selection: { config: MANUAL, choose: () => undefined },
} as const satisfies Record<string, RoutingMethod>

/** Names of the methods that exist. */
export type RoutingMethodName = keyof typeof METHODS

/** The method of a setting value; one that does not exist yet waits in the queue for an agent. */
export const routingMethod = (name: string): RoutingMethod =>
  Object.hasOwn(METHODS, name) ? METHODS[name as RoutingMethodName] : METHODS.Manual_Selection

/** Agents who have room for one more conversation. `limit` 0 means no limit. */
export const withCapacity = (candidates: readonly Candidate[], limit: number): Candidate[] =>
  candidates.filter(({ openChats, maxChats }) => {
    const own = maxChats ?? limit
    return own <= 0 || openChats < own
  })
