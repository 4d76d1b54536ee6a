import { Fragment, useState, type ReactNode } from 'react'
import { useTexts } from '../texts/texts.ts'
import { safeLink } from './links.ts'

/** A node of the tree as it comes over the wire: nothing of it is taken for granted. */
interface Node {
  type?: unknown
  value?: unknown
  [key: string]: unknown
}

/** Deeper than anybody writes; what lies below is not drawn. */
const DEEPEST = 12

/**
 * A message's text, drawn from the tree that the server made of it. Every piece becomes an element
 * or plain text; nothing is ever read as HTML.
 */
export function Markup({ tree, text }: { tree: readonly unknown[] | undefined; text: string }) {
  if (tree === undefined) return <p>{text}</p>
  return <>{many(tree, 0)}</>
}

const many = (nodes: unknown, depth: number): ReactNode =>
  Array.isArray(nodes)
    ? nodes.map((node, index) => (
        // The tree is made anew with every change of the text.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>{one(node, depth)}</Fragment>
      ))
    : one(nodes, depth)

function one(input: unknown, depth: number): ReactNode {
  if (typeof input === 'string') return input
  if (typeof input !== 'object' || input === null || depth > DEEPEST) return null
  const node = input as Node
  const inner = (): ReactNode => many(node.value, depth + 1)
  switch (node.type) {
    case 'PARAGRAPH':
      return <p>{inner()}</p>
    case 'PLAIN_TEXT':
      return textOf(node.value)
    case 'BOLD':
      return <strong>{inner()}</strong>
    case 'ITALIC':
      return <em>{inner()}</em>
    case 'STRIKE':
      return <s>{inner()}</s>
    case 'INLINE_CODE':
      return <code>{inner()}</code>
    case 'CODE':
      return (
        <pre tabIndex={0}>
          <code>{inner()}</code>
        </pre>
      )
    case 'CODE_LINE':
      return (
        <>
          {inner()}
          {'\n'}
        </>
      )
    case 'HEADING':
      return (
        <p>
          <strong>{inner()}</strong>
        </p>
      )
    case 'QUOTE':
    case 'BLOCKQUOTE':
      return <blockquote>{inner()}</blockquote>
    case 'UNORDERED_LIST':
      return <ul dir="auto">{inner()}</ul>
    case 'ORDERED_LIST':
      return <ol dir="auto">{inner()}</ol>
    case 'LIST_ITEM':
      return <li>{inner()}</li>
    case 'TASKS':
      return <ul className="tasks">{inner()}</ul>
    case 'TASK':
      return (
        <li>
          {node['status'] === true ? '☑ ' : '☐ '}
          {inner()}
        </li>
      )
    case 'LINE_BREAK':
      return <br />
    case 'HORIZONTAL_RULE':
      return <hr />
    case 'SPOILER':
    case 'SPOILER_BLOCK':
      return <Spoiler>{inner()}</Spoiler>
    case 'EMOJI':
    case 'BIG_EMOJI':
      return node.type === 'EMOJI' ? emojiOf(node) : <p className="big-emoji">{inner()}</p>
    case 'LINK':
    case 'IMAGE':
      return linkOf(node, depth)
    case 'MENTION_USER':
      return <strong>@{inner()}</strong>
    case 'MENTION_CHANNEL':
      return <strong>#{inner()}</strong>
    case 'KATEX':
    case 'INLINE_KATEX':
      return <code>{textOf(node.value)}</code>
    default:
      return fallbackOf(node, depth)
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function emojiOf(node: Node): ReactNode {
  if (typeof node['unicode'] === 'string') return node['unicode']
  return typeof node['shortCode'] === 'string' ? `:${node['shortCode']}:` : null
}

function linkOf(node: Node, depth: number): ReactNode {
  const { src, label } = (node.value ?? {}) as { src?: Node; label?: unknown }
  const shown = many(label, depth + 1)
  const href = safeLink(textOf(src?.value))
  if (href === undefined) return shown
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {shown}
    </a>
  )
}

/** Kinds that are drawn nowhere yet show the text they were made of. */
function fallbackOf(node: Node, depth: number): ReactNode {
  const fallback = node['fallback']
  if (typeof fallback === 'object' && fallback !== null) return one(fallback, depth + 1)
  return typeof node.value === 'string' || Array.isArray(node.value)
    ? many(node.value, depth + 1)
    : null
}

function Spoiler({ children }: { children: ReactNode }) {
  const { t } = useTexts()
  const [isShown, setShown] = useState(false)
  if (isShown) return <span>{children}</span>
  return (
    <button type="button" className="spoiler" onClick={() => setShown(true)}>
      {t('message.spoiler')}
    </button>
  )
}
