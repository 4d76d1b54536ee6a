import { Type } from 'typebox'

/** A visitor token: chosen by the client, any text a shipped client may use. */
export const VisitorToken = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'The secret that identifies the visitor.',
})

/** A record id as the server or a client of the reference makes it. */
export const RecordId = Type.String({ minLength: 1, maxLength: 128 })

/** An id that may be left out; clients that always name a field send it empty then. */
export const OptionalId = Type.Optional(Type.String({ maxLength: 128 }))

/** An id that a client chooses for a new message. */
export const ClientMessageId = Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' })

/** ISO 8601 UTC with milliseconds. */
export const IsoTime = Type.String({ examples: ['2026-08-01T10:00:00.000Z'] })

/** A text of a list's free search. */
export const SearchText = Type.String({ maxLength: 200 })

/** `offset`, `count` and `sort` of every list (wire contract, section 1.6). */
export const Paging = {
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
  count: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
  sort: Type.Optional(Type.String({ maxLength: 500, description: 'JSON object, e.g. {"ts":-1}' })),
}

/** What a list answers beside its items. */
export const Page = { count: Type.Integer(), offset: Type.Integer(), total: Type.Integer() }

/** One of several texts; a refusal says so once, in the reference's words. */
export const OneOf = <const Values extends readonly string[]>(
  values: Values,
  options: { description?: string } = {},
) => Type.Unsafe<Values[number]>({ type: 'string', enum: values, ...options })

/** Reference to a person in a message. */
export const UserRef = Type.Object({
  _id: Type.String(),
  username: Type.String(),
  name: Type.Optional(Type.String()),
})

/** An answer with no fields of its own. */
export const Nothing = Type.Object({})
