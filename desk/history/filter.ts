import type { Endpoints, RequestParts } from '../../client/endpoints.ts'

type RoomsQuery = NonNullable<RequestParts<Endpoints['GET livechat/rooms']>['query']>

/** Which conversations are listed; empty parts narrow nothing. It stands in the address. */
export interface Filter {
  state: 'open' | 'closed'
  /** Part of the visitor's name. */
  name: string
  /** Id of the agent who serves or served. */
  agent: string
  /** Days, `YYYY-MM-DD`, both included: when it began, or ended if it is closed. */
  from: string
  to: string
}

const PARTS = ['name', 'agent', 'from', 'to'] as const

/** The filter in the query of an address. @param usual the state where it names none */
export function readFilter(search: string, usual: Filter['state']): Filter {
  const words = new URLSearchParams(search)
  const state = words.get('state')
  const part = (key: (typeof PARTS)[number]): string => words.get(key) ?? ''
  return {
    state: state === 'open' || state === 'closed' ? state : usual,
    name: part('name'),
    agent: part('agent'),
    from: dayOf(part('from')),
    to: dayOf(part('to')),
  }
}

/** The query of the address that shows this; with its question mark. */
export function writeFilter(filter: Filter): string {
  const words = new URLSearchParams({ state: filter.state })
  for (const key of PARTS) if (filter[key] !== '') words.set(key, filter[key])
  return `?${words.toString()}`
}

/** How many parts, beside the state and the name, narrow the list. */
export const narrowingParts = ({ agent, from, to }: Filter): number =>
  [agent, from, to].filter((part) => part !== '').length

/** What the server is asked; days are those of this browser. */
export function roomsQuery({ state, name, agent, from, to }: Filter): RoomsQuery {
  const span = {
    ...(from === '' ? {} : { start: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to === '' ? {} : { end: new Date(`${to}T23:59:59.999`).toISOString() }),
  }
  const moment = state === 'open' ? 'createdAt' : 'closedAt'
  return {
    open: state === 'open',
    // Who serves what, after those who wait, the longest first; or the newest end first.
    sort: state === 'open' ? '{"servedBy.username":1,"ts":1}' : '{"closedAt":-1}',
    ...(name.trim() === '' ? {} : { roomName: name.trim() }),
    ...(agent === '' ? {} : { agents: [agent] }),
    ...(from === '' && to === '' ? {} : { [moment]: JSON.stringify(span) }),
  }
}

const dayOf = (text: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''
