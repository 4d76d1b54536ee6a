import type {
  Bold,
  Inlines,
  Italic,
  Paragraph,
  Plain,
  Root,
  Strike,
} from '@rocket.chat/message-parser'

/**
 * Words of letters, digits and everyday punctuation. Nothing in them opens, closes or continues
 * markup, wherever they stand in a line that begins with a letter.
 */
const word = String.raw`\p{L}[\p{L}\p{N}',]*[,!?]?|\p{N}{1,3}[,!?]?`
const emphasised = String.raw`\p{L}[\p{L}\p{N}]*(?: \p{L}[\p{L}\p{N}]*)*`
const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const address = String.raw`https?://(?:${label}\.)+(?:com|org|net|de|io|shop|eu|uk|fr|es|br|jp|cn)(?:/(?:[A-Za-z0-9/_=&%?-]*[A-Za-z0-9/])?)?`

// Some marks end at punctuation, others only at a space.
const closing = [
  String.raw`\*(?<bold>${emphasised})\*`,
  String.raw`_(?<italic>${emphasised})_`,
  String.raw`~(?<strike>${emphasised})~`,
  String.raw`(?<emoji>\p{Emoji_Presentation})`,
].join('|')
const standing = [
  String.raw`:(?<shortcode>[a-z][a-z0-9_]*):`,
  String.raw`(?<emoticon>:\)|:-\)|;\)|:D|:\()`,
  `(?<link>${address})`,
].join('|')

const firstToken = new RegExp(String.raw`\p{L}[\p{L}\p{N}',]*[,!?]?(?= |[.!?]?$)`, 'uy')
const nextToken = new RegExp(
  String.raw` (?:(?:${word}|(?:${closing})[,!?]?)(?= |[.!?]?$)|(?:${standing})(?= |$))`,
  'uy',
)

const emoticons: Readonly<Record<string, string>> = {
  ':)': 'slight_smile',
  ':-)': 'slight_smile',
  ';)': 'wink',
  ':D': 'smiley',
  ':(': 'disappointed',
}

/**
 * The parser's tree of a text whose lines are plain words with a bold, italic or struck word, an
 * emoji, an emoticon or a web address among them: what people write. Undefined for everything else.
 * Linear in the length of the text, and a hundredth of the parser's time; never throws.
 */
export function everydayTree(text: string): Root | undefined {
  // The one host that needs no dot.
  if (text.includes('localhost')) return undefined
  const tree: Paragraph[] = []
  for (const line of text.split('\n')) {
    const value = inlinesOf(line)
    if (value === undefined) return undefined
    tree.push({ type: 'PARAGRAPH', value })
  }
  return tree
}

function inlinesOf(line: string): Inlines[] | undefined {
  firstToken.lastIndex = 0
  const first = firstToken.exec(line)
  if (first === null) return undefined
  const nodes: Inlines[] = []
  let plainFrom = 0
  let at = first[0].length
  while (at < line.length) {
    nextToken.lastIndex = at
    const token = nextToken.exec(line)
    // What is left after the last token is the full stop.
    if (token === null) return at === line.length - 1 ? ended(nodes, line, plainFrom) : undefined
    const found = nodeOf(token.groups ?? {})
    if (found !== undefined) {
      nodes.push(plain(line.slice(plainFrom, at + 1)), found.node)
      plainFrom = at + 1 + found.length
    }
    at += token[0].length
  }
  return ended(nodes, line, plainFrom)
}

function ended(nodes: Inlines[], line: string, plainFrom: number): Inlines[] {
  return plainFrom < line.length ? [...nodes, plain(line.slice(plainFrom))] : nodes
}

const plain = (value: string): Plain => ({ type: 'PLAIN_TEXT', value })

function nodeOf(
  found: Record<string, string | undefined>,
): { node: Inlines; length: number } | undefined {
  const { bold, italic, strike, shortcode, emoticon, link, emoji } = found
  if (bold !== undefined) return emphasis('BOLD', bold)
  if (italic !== undefined) return emphasis('ITALIC', italic)
  if (strike !== undefined) return emphasis('STRIKE', strike)
  if (shortcode !== undefined) {
    const node = { type: 'EMOJI', value: plain(shortcode), shortCode: shortcode } as const
    return { node, length: shortcode.length + 2 }
  }
  if (emoticon !== undefined) {
    const shortCode = emoticons[emoticon] ?? ''
    return { node: { type: 'EMOJI', value: plain(emoticon), shortCode }, length: emoticon.length }
  }
  if (link !== undefined) {
    const value = { src: plain(link), label: [plain(link)] }
    return { node: { type: 'LINK', value }, length: link.length }
  }
  if (emoji !== undefined) {
    return { node: { type: 'EMOJI', value: undefined, unicode: emoji }, length: emoji.length }
  }
  return undefined
}

const emphasis = (type: 'BOLD' | 'ITALIC' | 'STRIKE', text: string) => ({
  node: { type, value: [plain(text)] } as Bold | Italic | Strike,
  length: text.length + 2,
})
