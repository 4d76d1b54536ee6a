import type { ComponentChildren } from 'preact'

/** A node of the server's tree; it comes from the wire, so nothing is certain. */
export interface MarkupNode {
  type?: unknown
  value?: unknown
  level?: unknown
  status?: unknown
  unicode?: unknown
  shortCode?: unknown
  src?: unknown
  label?: unknown
  number?: unknown
}

/** Deeper nodes are left out: nobody writes so. */
export const MAX_DEPTH = 12
const ADDRESS = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/gi

/** The words of a tree, without their marks. */
export const spoken = (tree: readonly unknown[]): string =>
  tree.map((node) => plain(node)).join(' ')

/** Whether a message is nothing but a few emojis, which are drawn large. */
export const isBigEmoji = (tree: readonly unknown[] | undefined): boolean =>
  tree?.length === 1 && (tree[0] as MarkupNode | null)?.type === 'BIG_EMOJI'

/** The text in a node and all below it. */
export function plain(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return ''
  if (Array.isArray(value)) return value.map((part) => plain(part, depth + 1)).join('')
  const { value: inner, unicode, src, label } = value as MarkupNode
  return plain(inner ?? unicode ?? label ?? src, depth + 1)
}

/** Somebody's link, which learns nothing of the page it stands on. */
export function Link({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

/** A text as it stands, with its addresses as links. */
export function withLinks(text: string): ComponentChildren {
  const parts: ComponentChildren[] = []
  let from = 0
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, index), <Link href={address}>{address}</Link>)
    from = index + address.length
  }
  parts.push(text.slice(from))
  return parts
}
