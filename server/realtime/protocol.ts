import { parseEjson } from '../contract/ejson.ts'
import type { MethodError } from '../features/method-calls/run.ts'
import { LIMITS } from './limits.ts'

const VERSIONS: ReadonlySet<unknown> = new Set(['1', 'pre2', 'pre1'])
const MAX_NAME = 200
const MAX_PARAMS = 20

/** What a client may say. */
export type ClientFrame =
  | { msg: 'connect'; supported: boolean }
  | { msg: 'ping'; id: string | undefined }
  | { msg: 'pong' }
  | { msg: 'method'; id: string; name: string; params: readonly unknown[] }
  | { msg: 'sub'; id: string; name: string; params: readonly unknown[] }
  | { msg: 'unsub'; id: string }
  /** Well formed, and nothing that asks for an answer. */
  | { msg: 'other' }

/** A frame of a client; undefined for what is no frame of DDP. */
export function parseFrame(text: string): ClientFrame | undefined {
  const frame = parseEjson(text)
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) return undefined
  const { msg, id, params = [], ...rest } = frame as Record<string, unknown>
  switch (msg) {
    case 'connect':
      return { msg, supported: VERSIONS.has(rest['version']) }
    case 'ping':
      return { msg, id: isId(id) ? id : undefined }
    case 'pong':
      return { msg }
    case 'method':
    case 'sub': {
      const name = msg === 'method' ? rest['method'] : rest['name']
      if (!isId(id) || typeof name !== 'string' || name.length > MAX_NAME) return undefined
      if (!Array.isArray(params) || params.length > MAX_PARAMS) return undefined
      return { msg, id, name, params }
    }
    case 'unsub':
      return isId(id) ? { msg, id } : undefined
    default:
      return typeof msg === 'string' || msg === undefined ? { msg: 'other' } : undefined
  }
}

const isId = (id: unknown): id is string => typeof id === 'string' && id.length <= LIMITS.idLength

/** An error in the shape of Meteor. */
export const ddpError = (error: string | number, reason?: string): MethodError => ({
  isClientSafe: true,
  error,
  ...(reason === undefined ? {} : { reason }),
  message: reason === undefined ? `[${error}]` : `${reason} [${error}]`,
  errorType: 'Meteor.Error',
})

/** What the server says; each is one text frame. */
export const frames = {
  connected: (session: string): string => JSON.stringify({ msg: 'connected', session }),
  failed: (): string => '{"msg":"failed","version":"1"}',
  badRequest: (): string => '{"msg":"error","reason":"Bad request"}',
  ping: (): string => '{"msg":"ping"}',
  pong: (id: string | undefined): string => JSON.stringify({ msg: 'pong', id }),
  ready: (id: string): string => JSON.stringify({ msg: 'ready', subs: [id] }),
  nosub: (id: string, error?: MethodError): string => JSON.stringify({ msg: 'nosub', id, error }),
  result: (id: string, outcome: object): string =>
    JSON.stringify({ msg: 'result', id, ...outcome }),
  updated: (id: string): string => JSON.stringify({ msg: 'updated', methods: [id] }),
  /** The user's own record, which clients read their username from. */
  user: (id: string, username: string): string =>
    JSON.stringify({ msg: 'added', collection: 'users', id, fields: { username } }),
  /** The document that a client with a local collection expects before the first change. */
  added: (collection: string, eventName: string): string =>
    JSON.stringify({ msg: 'added', collection, id: 'id', fields: { eventName, args: [] } }),
}

/** Where a frame of an event stands in the order of its stream. */
export interface Place {
  seq?: number
  upToDate?: true
  limited?: true
}

/** One event of a stream. `args` are in EJSON. */
export const eventFrame = (
  collection: string,
  eventName: string,
  args: readonly unknown[],
  place: Place = {},
): string =>
  JSON.stringify({
    msg: 'changed',
    collection,
    id: 'id',
    fields: { eventName, args, ...place },
  })
