/** So many letters and digits that nobody can guess; 5 random bits each. */
export const randomText = (length: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) =>
    (byte % 32).toString(32),
  ).join('')

/** An id for a new message: the time first, which keeps the server's index compact. */
export const newMessageId = (now: number): string => `${now.toString(36)}${randomText(14)}`
