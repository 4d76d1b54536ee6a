import type { Root } from '@rocket.chat/message-parser'

// The first two lists name the characters that send a text to the parser wherever they stand; the
// third those that do so in some neighbourhoods. What the parser would still call plain may be
// among it: that costs time, never correctness.
const marks = '*_~`<>[]|\\@#\r'
const symbols = new RegExp(
  // Emoji: the basic plane's, the keycap, and the surrogates that begin the others.
  String.raw`[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u2300-\u27bf` +
    String.raw`\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\ud83c-\ud83e]`,
)
const inContext = '.:;=)(-+'

// Tried at one of these characters (sticky), so each alternative begins with it.
const context = new RegExp(
  [
    // Host names and addresses: a dot inside a word; not `12.50`, not `12.03.2026`, not `...`
    String.raw`\.(?!\d*(?:[\s.,;?!"')]|$))`,
    String.raw`\.\d+\.\d+\.\d`,
    String.raw`(?<=localhost[^ \t\r\n:./@]*)\.`,
    // Emoticons, shortcodes, schemes and ports; not `text: more`, not the time of day `10:30`.
    String.raw`:(?!\s|$|(?<=\d\d:)\d\d(?:[\s,;?!]|$))`,
    String.raw`(?<=(?<![0-9A-Za-z])D):`,
    String.raw`[;=](?!\s|$)`,
    String.raw`(?<=[-8BX%])\)`,
    String.raw`(?<=[8BX])-[DP]`,
    String.raw`\(y\)`,
    // Phone numbers.
    String.raw`\+[\d(]`,
    // Lists and rules, at the start of a line.
    String.raw`(?<=^[ \t]*)-`,
    String.raw`(?<=^[ \t]*\d+)\.[ \t]`,
  ].join('|'),
  'my',
)

const isPlain = 0
const isMark = 1
const kinds = new Uint8Array(0x1_00_00).map((_, code) => {
  const character = String.fromCharCode(code)
  if (marks.includes(character) || symbols.test(character)) return isMark
  return inContext.includes(character) ? 2 : isPlain
})

const blank = /^[ \t]*$/

/**
 * Tells whether `text` could hold anything but plain text for the message parser.
 * `false` promises that the parser's tree equals `plainTree(text)`; `true` promises nothing.
 * Linear in the length of the text; never throws.
 */
export function hasMarkup(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const kind = kinds[text.charCodeAt(i)]
    if (kind === isPlain) continue
    if (kind === isMark) return true
    context.lastIndex = i
    if (context.test(text)) return true
  }
  return false
}

/**
 * The tree of `text` without looking for markup: a paragraph for each line, a line break for each
 * blank line that is followed by another; nothing for the empty text (which the parser refuses).
 * Linear in the length of the text; never throws.
 */
export function plainTree(text: string): Root {
  const tree: Exclude<Root[number], { type: 'BIG_EMOJI' }>[] = []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  for (const line of lines)
    tree.push(blank.test(line) ? { type: 'LINE_BREAK', value: undefined } : paragraph(line))
  if (last !== '') tree.push(paragraph(last))
  return tree
}

function paragraph(line: string): Extract<Root[number], { type: 'PARAGRAPH' }> {
  return { type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: line }] }
}
