import type { Root } from '@rocket.chat/message-parser'

const allowedSchemes = new Set(['http', 'https', 'mailto', 'tel'])

/**
 * Tells whether a link may lead to `source`: its scheme is http, https, mailto or tel, in any
 * case, or it has none (`//host` and `host/path` follow the page's own). Control characters and
 * white space, of which browsers drop some before they look, make a scheme unknown. Never throws.
 */
export function isSafeLink(source: string): boolean {
  const end = source.search(/[:/?#\\]/)
  return end === -1 || source[end] !== ':' || allowedSchemes.has(source.slice(0, end).toLowerCase())
}

/**
 * A copy of `tree` in which every link or image with a scheme that `isSafeLink` refuses is plain
 * text, written as it was in the message; everything else is equal. Linear in the size of the
 * tree; the caller bounds its depth.
 */
export function withSafeLinks(tree: Root): Root {
  return copy(tree) as Root
}

interface PlainText {
  type: 'PLAIN_TEXT'
  value: string
}

interface LinkNode {
  type: 'LINK' | 'IMAGE'
  value: { src: PlainText; label: unknown }
}

function copy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(copy)
  if (typeof node !== 'object' || node === null) return node
  if (isLink(node) && !isSafeLink(node.value.src.value))
    return { type: 'PLAIN_TEXT', value: sourceOf(node) } satisfies PlainText
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, copy(value)]))
}

function isLink(node: object): node is LinkNode {
  return 'type' in node && (node.type === 'LINK' || node.type === 'IMAGE')
}

function sourceOf({ type, value }: LinkNode): string {
  const source = value.src.value
  const label = textOf(value.label)
  // The parser gives a bare address, and a link without a label, its own address as label.
  if (type === 'LINK' && label === source) return source
  return `${type === 'IMAGE' ? '!' : ''}[${label === source ? '' : label}](${source})`
}

function textOf(node: unknown): string {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return node.map(textOf).join('')
  if (typeof node !== 'object' || node === null) return ''
  if (isLink(node)) return sourceOf(node)
  if ('unicode' in node) return textOf(node.unicode)
  return 'value' in node ? textOf(node.value) : ''
}
