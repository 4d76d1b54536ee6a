import type { ComponentChildren } from 'preact'
import { Link, MAX_DEPTH, plain, withLinks, type MarkupNode } from './plain-text.tsx'

const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:)/i
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

/** A message's text, as its tree says; whatever it holds is drawn as elements, never as HTML. */
export const Markup = ({ tree }: { tree: readonly unknown[] }) => <>{blocks(tree, 0)}</>

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const blocks = (nodes: readonly unknown[], depth: number): ComponentChildren =>
  nodes.map((node) => block((node ?? {}) as MarkupNode, depth))

function block({ type, value, level }: MarkupNode, depth: number): ComponentChildren {
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
          <code>{inner.map((line) => `${plain((line as MarkupNode | null)?.value)}\n`)}</code>
        </pre>
      )
    case 'UNORDERED_LIST':
    case 'TASKS':
      return <ul>{inner.map((item) => listItem(item as MarkupNode, depth + 1))}</ul>
    case 'ORDERED_LIST':
      return <ol>{inner.map((item) => listItem(item as MarkupNode, depth + 1))}</ol>
    case 'LINE_BREAK':
      return <div class="gap" />
    case 'KATEX':
      return <pre dir="ltr">{plain(value)}</pre>
    default:
      return <p>{inlines(inner.length > 0 ? inner : [{ type, value }], depth + 1)}</p>
  }
}

function listItem({ type, value, status, number }: MarkupNode, depth: number): ComponentChildren {
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
  nodes.map((node) => inline((node ?? {}) as MarkupNode, depth))

function inline(node: MarkupNode, depth: number): ComponentChildren {
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

function emoji({ unicode, value, shortCode }: MarkupNode): ComponentChildren {
  if (typeof unicode === 'string') return unicode
  const name = plain(value) || plain(shortCode)
  return (Object.hasOwn(FACES, name) ? FACES[name] : undefined) ?? `:${name}:`
}
