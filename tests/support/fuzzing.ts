import qs from 'qs'
import type { TSchema } from 'typebox'
import type { Endpoint } from '../../server/contract/define.ts'
import type { RawRequest } from './fuzz-world.ts'

type Part = 'params' | 'query' | 'body'

/** Where a value of a request stands: part, then keys. */
export type Place = readonly [Part, ...string[]]

/** Every place of a request that its contract names, objects and lists themselves included. */
export function placesOf(endpoint: Endpoint): Place[] {
  const parts: Part[] = ['params', 'query', 'body']
  return parts.flatMap((part) => within(endpoint[part], [part]))
}

function within(schema: TSchema | undefined, place: Place): Place[] {
  if (schema === undefined) return []
  const { properties, items, anyOf } = schema as {
    properties?: Record<string, TSchema>
    items?: TSchema
    anyOf?: TSchema[]
  }
  const self = place.length > 1 ? [place] : []
  if (properties !== undefined) {
    const inner = Object.entries(properties).flatMap(([key, entry]) =>
      within(entry, [...place, key]),
    )
    return [...self, ...inner]
  }
  if (items !== undefined) return [...self, ...within(items, [...place, '0'])]
  const inner = (anyOf ?? []).flatMap((option) => within(option, place).slice(1))
  return [...self, ...inner]
}

/** A request as the contract's own example shows it, with ids that exist. */
export interface Draft {
  params: Record<string, unknown>
  query: Record<string, unknown>
  body: unknown
}

export function exampleOf(endpoint: Endpoint, known: ReadonlyMap<string, string>): Draft {
  const { params = {}, query = {}, body = {} } = endpoint.example
  let text = JSON.stringify({ params, query, body })
  for (const [printed, real] of known) text = text.replaceAll(printed, real)
  return JSON.parse(text) as Draft
}

/** Puts a value into a draft, making what is missing on the way. */
export function put(draft: Draft, [part, ...keys]: Place, value: unknown): void {
  let target = draft as unknown as Record<string, unknown>
  for (const [index, key] of [part, ...keys].entries()) {
    if (index === keys.length) target[key] = value
    else {
      const next = target[key]
      target[key] = typeof next === 'object' && next !== null ? next : {}
      target = target[key] as Record<string, unknown>
    }
  }
}

/** Takes a value out of a draft. */
export function drop(draft: Draft, [part, ...keys]: Place): void {
  const last = keys.at(-1)
  let target: unknown = draft[part]
  for (const key of keys.slice(0, -1)) target = (target as Record<string, unknown> | null)?.[key]
  if (last !== undefined && typeof target === 'object' && target !== null) {
    delete (target as Record<string, unknown>)[last]
  }
}

/** The request on the wire. */
export function requestOf(endpoint: Endpoint, draft: Draft): RawRequest {
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(textOf(draft.params[name]).toWellFormed()),
  )
  const query = qs.stringify(draft.query, { encoder: (text: unknown) => encoded(text) })
  return {
    method: endpoint.method,
    url: query === '' ? path : `${path}?${query}`,
    ...(endpoint.body === undefined
      ? {}
      : { payload: JSON.stringify(draft.body), type: 'application/json' }),
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

const encoded = (value: unknown): string => encodeURIComponent(textOf(value).toWellFormed())
