import { parse } from '@rocket.chat/message-parser'
import type { Options } from '@rocket.chat/message-parser'
import { withSafeLinks } from './links.ts'

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
  const tree = parse(text, parserOptions)
  if (isDeeper(tree, maxTreeDepth)) return null
  const json = JSON.stringify(withSafeLinks(tree))
  return json.length > maxTreeLength ? null : json
}

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (levels === 0) return true
  return Object.values(node).some((child) => isDeeper(child, levels - 1))
}
