import type { ComponentChildren } from 'preact'

/** A node of the server's tree; whatever it holds is drawn as elements and text, never as HTML. */
interface Node {
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

const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:)/i
const ADDRESS = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/gi
const MAX_DEPTH = 12
const FACES: Readonly<Record<string, string>> = {
  smile: '😄',
  slight_smile: '🙂',
  grinning: '😀',
  joy: '😂',
  wink: '😉',
  heart: '❤️',
  thumbsup: '👍',
  '+1': '👍',
  thumbsdown: '👎',
  '-1': '👎',
  clap: '👏',
  pray: '🙏',
  wave: '👋',
  tada: '🎉',
  cry: '😢',
  thinking: '🤔',
  ok_hand: '👌',
  rocket: '🚀',
  fire: '🔥',
  eyes: '👀',
}

/** A message's text, as its tree says; without one, as it stands with its addresses as links. */
export function Markup({ tree, text }: { tree: readonly unknown[] | undefined; text: string }) {
  if (tree === undefined || tree.length === 0) return <p>{withLinks(text)}</p>
  return <>{blocks(tree, 0)}</>
}

/** The words of a tree, without their marks. */
export const spoken = (tree: readonly unknown[]): string =>
  tree.map((node) => plain(node)).join(' ')

/** Whether a message is nothing but a few emojis, which are drawn large. */
export const isBigEmoji = (tree: readonly unknown[] | undefined): boolean =>
  tree?.length === 1 && (tree[0] as Node | null)?.type === 'BIG_EMOJI'

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const blocks = (nodes: readonly unknown[], depth: number): ComponentChildren =>
  nodes.map((node) => block((node ?? {}) as Node, depth))

function block({ type, value, level }: Node, depth: number): ComponentChildren {
  if (depth > MAX_DEPTH) return null
  const inner = listOf(value)
  switch (type) {
    case 'HEADING':
      return <p class={`heading level-${Number(level) || 1}`}>{inlines(inner, depth + 1)}</p>
    case 'QUOTE':
    case 'SPOILER_BLOCK':
      return <blockquote>{blocks(inner, depth + 1)}</blockquote>
    case 'CODE':
      return (
        <pre dir="ltr">
          <code>{inner.map((line) => `${plain((line as Node | null)?.value)}\n`)}</code>
        </pre>
      )
    case 'UNORDERED_LIST':
    case 'TASKS':
      return <ul>{inner.map((item) => listItem(item as Node, depth + 1))}</ul>
    case 'ORDERED_LIST':
      return <ol>{inner.map((item) => listItem(item as Node, depth + 1))}</ol>
    case 'LINE_BREAK':
      return <div class="gap" />
    case 'KATEX':
      return <pre dir="ltr">{plain(value)}</pre>
    default:
      return <p>{inlines(inner.length > 0 ? inner : [{ type, value }], depth + 1)}</p>
  }
}

function listItem({ type, value, status, number }: Node, depth: number): ComponentChildren {
  const mark = type === 'TASK' ? (status === true ? '☑ ' : '☐ ') : ''
  const place = typeof number === 'number' ? { value: number } : {}
  return (
    <li {...place} class={mark === '' ? '' : 'task'}>
      {mark}
      {inlines(listOf(value), depth)}
    </li>
  )
}

const inlines = (nodes: readonly unknown[], depth: number): ComponentChildren =>
  nodes.map((node) => inline((node ?? {}) as Node, depth))

function inline(node: Node, depth: number): ComponentChildren {
  if (depth > MAX_DEPTH) return null
  const { type, value } = node
  const inner = (): ComponentChildren =>
    Array.isArray(value) ? inlines(value, depth + 1) : plain(value)
  switch (type) {
    case 'BOLD':
      return <strong>{inner()}</strong>
    case 'ITALIC':
      return <em>{inner()}</em>
    case 'STRIKE':
      return <s>{inner()}</s>
    case 'INLINE_CODE':
    case 'INLINE_KATEX':
      return <code dir="ltr">{plain(value)}</code>
    case 'LINK':
    case 'IMAGE':
      return link(value)
    case 'PLAIN_TEXT':
      // What takes the server too long to parse comes as it was typed.
      return withLinks(plain(value))
    case 'EMOJI':
      return emoji(node)
    case 'MENTION_USER':
      return `@${plain(value)}`
    case 'MENTION_CHANNEL':
      return `#${plain(value)}`
    default:
      return inner()
  }
}

function link(value: unknown): ComponentChildren {
  const { src, label } = (value ?? {}) as { src?: unknown; label?: unknown }
  const raw = plain(src)
  const href = raw.startsWith('//') ? `https:${raw}` : raw
  const words = label === undefined ? raw : plain(label)
  // A quote is a link that cannot be seen, beside its attachment.
  if (words.trim() === '') return null
  return SAFE_LINK.test(href) ? <Link href={href}>{words}</Link> : words
}

function Link({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

function emoji({ unicode, value, shortCode }: Node): ComponentChildren {
  if (typeof unicode === 'string') return unicode
  const name = plain(value) || plain(shortCode)
  return (Object.hasOwn(FACES, name) ? FACES[name] : undefined) ?? `:${name}:`
}

/** The text in a node and all below it. */
function plain(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return ''
  if (Array.isArray(value)) return value.map((part) => plain(part, depth + 1)).join('')
  const { value: inner, unicode, src, label } = value as Node
  return plain(inner ?? unicode ?? label ?? src, depth + 1)
}

function withLinks(text: string): ComponentChildren {
  const parts: ComponentChildren[] = []
  let from = 0
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, index), <Link href={address}>{address}</Link>)
    from = index + address.length
  }
  parts.push(text.slice(from))
  return parts
}
