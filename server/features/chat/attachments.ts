import { Type, type Static } from 'typebox'
import { ApiError } from '../../contract/errors.ts'

const MAX_ATTACHMENTS = 10
const MAX_BYTES = 32_000
const Words = Type.String({ maxLength: 5000 })
const Address = Type.String({ maxLength: 2000 })

const PLAIN = {
  color: Type.Optional(Type.String({ maxLength: 32 })),
  pretext: Type.Optional(Words),
  text: Type.Optional(Words),
  fallback: Type.Optional(Words),
  title: Type.Optional(Words),
  description: Type.Optional(Words),
  author_name: Type.Optional(Words),
  ts: Type.Optional(Type.String({ maxLength: 64 })),
  collapsed: Type.Optional(Type.Boolean()),
  title_link_download: Type.Optional(Type.Boolean()),
  mrkdwn_in: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 })),
  fields: Type.Optional(
    Type.Array(
      Type.Object({
        short: Type.Optional(Type.Boolean()),
        title: Words,
        value: Words,
      }),
      { maxItems: 50 },
    ),
  ),
}

/** Fields that a client opens or loads: they bear only harmless schemes. */
const LINKS = {
  title_link: Type.Optional(Address),
  author_link: Type.Optional(Address),
  author_icon: Type.Optional(Address),
  thumb_url: Type.Optional(Address),
  image_url: Type.Optional(Address),
  audio_url: Type.Optional(Address),
  video_url: Type.Optional(Address),
  message_link: Type.Optional(Address),
}

const Attachment = Type.Object({ ...PLAIN, ...LINKS })
type Attachment = Static<typeof Attachment>

/** What a message may show below its text. Fields that are not named here are not kept. */
export const Attachments = Type.Array(Attachment, { maxItems: MAX_ATTACHMENTS })
export type Attachments = Static<typeof Attachments>

const KEPT = Object.keys({ ...PLAIN, ...LINKS }) as (keyof Attachment)[]
const LINK_FIELDS = Object.keys(LINKS) as (keyof typeof LINKS)[]

/**
 * The attachments as they are stored: known fields only, links by allow-list (S4).
 * @throws ApiError when a link has another scheme, or all of them are too large
 */
export function keptAttachments(attachments: Attachments): Attachments {
  const kept = attachments.map((attachment) => {
    for (const field of LINK_FIELDS) assertLink(attachment[field])
    return Object.fromEntries(
      KEPT.flatMap((key) => {
        const value = attachment[key]
        return value === undefined ? [] : [[key, key === 'fields' ? fieldsOf(attachment) : value]]
      }),
    )
  })
  if (new TextEncoder().encode(JSON.stringify(kept)).byteLength > MAX_BYTES) {
    throw new ApiError('error-message-size-exceeded', { reason: 'The attachments are too large' })
  }
  return kept
}

const fieldsOf = ({ fields = [] }: Attachment): Attachment['fields'] =>
  fields.map(({ short, title, value }) => ({
    ...(short === undefined ? {} : { short }),
    title,
    value,
  }))

/** @throws ApiError unless it is an http, https, mailto or tel address, or a path of this server */
export function assertLink(link: string | undefined): void {
  if (link === undefined || link === '') return
  const ownPath = /^\/(?![/\\])/.test(link)
  const url = URL.parse(link)
  if (ownPath || (url !== null && ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol))) {
    return
  }
  throw new ApiError('invalid-params', { reason: 'Links must be http, https, mailto or tel' })
}
