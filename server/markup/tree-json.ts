import { parse } from '@rocket.chat/message-parser'
import type { Options, Paragraph, Root } from '@rocket.chat/message-parser'
import { withSafeLinks } from './links.ts'
import { markedStretch, type Stretch } from './marked-stretch.ts'

/**
 * As the reference parses chat text, with what a livechat has no use for left out: no formulas, no
 * colour samples, no domains beyond the public suffixes.
 */
export const parserOptions: Options = { emoticons: true, colors: false }

const maxTreeLength = 65_536
const maxTreeDepth = 50

/**
 * The tree of `text` as JSON text, with links made safe; null when it is larger than 65,536
 * characters or deeper than 50 levels, and the plain tree is to be used instead.
 *
 * Takes up to minutes on hostile text: only for the worker thread. Throws what the parser throws
 * (the empty text, a stack that is too deep); after that the parser's module state is unreliable
 * and its thread must end.
 */
export function treeJson(text: string): string | null {
  const tree = parseText(text)
  if (isDeeper(tree, maxTreeDepth)) return null
  const json = JSON.stringify(withSafeLinks(tree))
  return json.length > maxTreeLength ? null : json
}

/** What the parser gives for the whole text, from the stretch of it that holds markup. */
export function parseText(text: string): Root {
  const stretch = markedStretch(text)
  return (stretch && parseStretch(stretch)) ?? parse(text, parserOptions)
}

// Stand for the plain words around the stretch: the parser treats the start of a line differently.
const before = 'a '
const after = ' a'

function parseStretch({ head, marked, tail }: Stretch): Root | undefined {
  const [paragraph, ...others] = parse(before + marked + after, parserOptions)
  if (paragraph?.type !== 'PARAGRAPH' || others.length > 0) return undefined
  const nodes = paragraph.value
  const first = nodes.at(0)
  const last = nodes.at(-1)
  if (first?.type !== 'PLAIN_TEXT' || last?.type !== 'PLAIN_TEXT') return undefined
  if (!first.value.startsWith(before) || !last.value.endsWith(after)) return undefined
  const value = nodes.flatMap((node, index): Paragraph['value'] => {
    if (node.type !== 'PLAIN_TEXT') return [node]
    const begins = index === 0
    const ends = index === nodes.length - 1
    const inner = node.value.slice(begins ? before.length : 0, ends ? -after.length : undefined)
    const whole = (begins ? head : '') + inner + (ends ? tail : '')
    return whole === '' ? [] : [{ ...node, value: whole }]
  })
  return [{ type: 'PARAGRAPH', value }]
}

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (levels === 0) return true
  return Object.values(node).some((child) => isDeeper(child, levels - 1))
}
