/** An agent whom routing may choose. */
export interface Candidate {
  id: string
  username: string
  name: string
  /** Conversations ever routed to him. */
  routedCount: number
  /** The turn at which he was last given one; later ones are greater, 0 is never. */
  lastTurn: number
  /** Open conversations that he serves now. */
  openChats: number
  /** How many he may serve at a time; 0 for any number. */
  limit: number
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

const BALANCED: RoutingConfig = { ...AUTOMATIC, showQueueLink: false }

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

type Comparison = (a: Candidate, b: Candidate) => number

const byUsername: Comparison = (a, b) => compareText(a.username, b.username)
const byTurn: Comparison = (a, b) => a.lastTurn - b.lastTurn

/** Chooses who is first by these, each of which decides where the ones before it do not. */
const firstBy =
  (...comparisons: readonly Comparison[]): RoutingMethod['choose'] =>
  (candidates) =>
    candidates.toSorted((a, b) => {
      for (const compare of comparisons) {
        const order = compare(a, b)
        if (order !== 0) return order
      }
      return byUsername(a, b)
    })[0]

/** The methods that exist. Others join here; nothing else changes. */
const METHODS = {
  Auto_Selection: { config: AUTOMATIC, choose: firstBy((a, b) => a.routedCount - b.routedCount) },
  Load_Balancing: {
    config: BALANCED,
    choose: firstBy((a, b) => a.openChats - b.openChats, byTurn),
  },
  Load_Rotation: { config: BALANCED, choose: firstBy(byTurn) },
  Manual_Selection: { config: MANUAL, choose: () => undefined },
} as const satisfies Record<string, RoutingMethod>

/** Names of the methods that exist. */
export type RoutingMethodName = keyof typeof METHODS

/** The method of a setting value; the default one where an older release stored another name. */
export const routingMethod = (name: string): RoutingMethod =>
  Object.hasOwn(METHODS, name) ? METHODS[name as RoutingMethodName] : METHODS.Auto_Selection

/** Whether an agent may be given one more conversation. */
export const hasCapacity = ({ openChats, limit }: Candidate): boolean =>
  limit <= 0 || openChats < limit

/** What one conversation asks of the choice. */
export interface Wish {
  /** Gets it if he can, whatever the method says. */
  preferredId?: string | null | undefined
  /** Gets it only when there is nobody else: he has just given it back. */
  avoidedId?: string | undefined
}

/** The agent for one conversation: the wished one first, then whom the method chooses. */
export function chooseAgent(
  method: RoutingMethod,
  candidates: readonly Candidate[],
  { preferredId, avoidedId }: Wish = {},
): Candidate | undefined {
  if (!method.config.autoAssignAgent) return undefined
  const free = candidates.filter(hasCapacity)
  const preferred = free.find(({ id }) => id === preferredId)
  if (preferred !== undefined) return preferred
  return method.choose(free.filter(({ id }) => id !== avoidedId)) ?? method.choose(free)
}

/** The candidates after one of them was given a conversation. */
export function afterAssignment(
  candidates: readonly Candidate[],
  chosenId: string,
): readonly Candidate[] {
  const turn = Math.max(0, ...candidates.map(({ lastTurn }) => lastTurn)) + 1
  return candidates.map((candidate) =>
    candidate.id === chosenId
      ? {
          ...candidate,
          openChats: candidate.openChats + 1,
          routedCount: candidate.routedCount + 1,
          lastTurn: turn,
        }
      : candidate,
  )
}
