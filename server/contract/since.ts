/**
 * The time after which a client wants changes, as the database holds times.
 * @throws what `invalid` makes, for a text that is no date
 */
export function sinceOf(text: string | undefined, invalid: () => Error): string | undefined {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw invalid()
  return new Date(time).toISOString()
}
