/** Conversations that the load goes to. */
export const ROOMS = 10_000
/** Agents that serve them. */
export const AGENTS = 100
/** Texts to choose from; one in five has markup. */
export const TEXTS = 1000
/** Messages of a page of history, as the endpoint answers without a limit. */
export const PAGE = 20

const EMOJI = [':smile:', ':rocket:', ':thumbsup:']
const WORDS =
  'the order arrived late and my parcel is still open can you please check what happened with ' +
  'invoice number from last week because payment was taken twice thank you über straße naïve'
const CHOICES = WORDS.split(' ')
const MARKUP_EVERY = 5
const MIN_LENGTH = 20
const MAX_LENGTH = 200

const padded = (prefix: string, index: number): string =>
  prefix + String(index).padStart(19 - prefix.length, '0')

export const roomId = (room: number): string => padded('0Room', room)
export const visitorId = (room: number): string => padded('0Visitor', room)
export const agentId = (agent: number): string => padded('0Agent', agent)
export const visitorToken = (room: number): string => `visitor-token-of-${room}`

/** Id of the stored message at place `index` (from 0) of a room; ids grow with time, as real ones. */
export const messageId = (room: number, index: number): string => padded('0', index * ROOMS + room)

/** A small generator with a seed, so that every run sends the same. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** The texts of visitors and agents: 20 to 200 characters, a fifth with markup. */
export function createTexts(): string[] {
  const random = createRandom(42)
  return Array.from({ length: TEXTS }, (_none, index) => {
    const length = MIN_LENGTH + Math.floor(random() * (MAX_LENGTH - MIN_LENGTH))
    const words: string[] = []
    for (let size = 0; size < length; size += (words.at(-1)?.length ?? 0) + 1) {
      words.push(CHOICES[Math.floor(random() * CHOICES.length)] ?? '')
    }
    if (index % MARKUP_EVERY === 0) decorate(words, index)
    return words.join(' ').slice(0, MAX_LENGTH).trimEnd()
  })
}

/** Those texts that have no markup. */
export const createPlainTexts = (): string[] =>
  createTexts().filter((_text, index) => index % MARKUP_EVERY !== 0)

function decorate(words: string[], index: number): void {
  words[1] = `*${words[1]}*`
  if (index % 10 === 0) words[2] = `https://example.com/orders/${index}?from=chat`
  else words[2] = EMOJI[index % EMOJI.length] ?? ''
}
