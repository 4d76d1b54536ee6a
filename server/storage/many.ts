import type { Reader } from './database.ts'

/** Statements are prepared for so many at a time; a smaller number is filled up. */
const SIZES = [1, 2, 4, 8, 32, 125] as const
const LARGEST = 125

/**
 * A prepared statement about many things at once. It is made from the places of each one's
 * parameters (`$1`, `$2` ...); a longer list is read in parts. Where a part is too short the first
 * one is repeated, so the statement must find a row once however often it is asked for.
 */
export function ofMany<Result>(
  textFor: (places: readonly (readonly string[])[]) => string,
  width = 1,
): (reader: Pick<Reader, 'rows'>, each: readonly (readonly unknown[])[]) => Promise<Result[]> {
  const texts = new Map<number, string>()
  const textOf = (size: number): string => {
    const known = texts.get(size)
    if (known !== undefined) return known
    const text = textFor(
      Array.from({ length: size }, (_one, index) =>
        Array.from({ length: width }, (_parameter, place) => `$${index * width + place + 1}`),
      ),
    )
    texts.set(size, text)
    return text
  }
  return async (reader, each) => {
    const found: Result[] = []
    for (let from = 0; from < each.length;) {
      const size = SIZES.find((one) => one >= each.length - from) ?? LARGEST
      const parameters = each.slice(from, from + size).flat()
      const filler = parameters.slice(0, width)
      while (parameters.length < size * width) parameters.push(...filler)
      from += size
      found.push(...(await reader.rows<Result>(textOf(size), parameters)))
    }
    return found
  }
}
