import { escapeLiteral, type Connection, type Pool, type Submittable } from 'pg'

/** The signature of a binary copy, its flags, and the length of an extension that it has not. */
const HEADER_BYTES = 11 + 4 + 4
/** Of a row the number of its columns, of a column its length; -1 where there is none. */
const COUNT_BYTES = 2
const LENGTH_BYTES = 4

/**
 * The bytes in the one column of the first row that a statement selects; undefined without a row.
 * They come as they are: what the client selects in the usual way is told in hexadecimal digits,
 * and the client has several copies of those in memory.
 * @throws the engine's error
 */
export async function copyBytes(
  pool: Pool,
  sql: string,
  parameters: readonly (string | number)[],
): Promise<Uint8Array | undefined> {
  const copy = new BinaryCopy(`copy (${filledIn(sql, parameters)}) to stdout (format binary)`)
  const client = await pool.connect()
  // What is not a query of the client's own kind cannot be sent behind others.
  const pipelining = client as { pipeline: boolean }
  pipelining.pipeline = false
  try {
    await new Promise<void>((resolve, reject) => {
      copy.callback = (error) => (error === null ? resolve() : reject(error))
      client.query(copy)
    })
    pipelining.pipeline = true
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
  return copy.firstValue()
}

/** A copy takes no parameters, so they are written into it. */
function filledIn(sql: string, parameters: readonly (string | number)[]): string {
  return sql.replaceAll(/\$(\d+)/g, (_, position: string) => {
    const value = parameters[Number(position) - 1]
    if (typeof value === 'string') return escapeLiteral(value)
    if (Number.isSafeInteger(value)) return String(value)
    throw new Error(`parameter ${position} is neither text nor a whole number`)
  })
}

/** What the client calls while it runs a statement that is not a query of its own kind. */
class BinaryCopy implements Submittable {
  /** Told the end. */
  declare callback: (error: Error | null) => void
  readonly #statement: string
  readonly #pieces: Uint8Array[] = []
  #failed = false

  constructor(statement: string) {
    this.#statement = statement
  }

  submit(connection: Connection): void {
    connection.query(this.#statement)
  }

  handleCopyData({ chunk }: { chunk: Uint8Array }): void {
    // The client uses its memory again.
    this.#pieces.push(Buffer.from(chunk))
  }

  handleError(error: Error): void {
    this.#failed = true
    this.callback(error)
  }

  handleReadyForQuery(): void {
    if (!this.#failed) this.callback(null)
  }

  handleCommandComplete(): void {
    // The end comes with the next message.
  }

  firstValue(): Uint8Array | undefined {
    const [first, ...others] = this.#pieces
    if (first === undefined) throw new Error('a copy without a header')
    // A row comes in a message of its own, but nobody promises that.
    const all = Buffer.concat([first, ...others])
    if (all.readInt16BE(HEADER_BYTES) < 0) return undefined
    const length = all.readInt32BE(HEADER_BYTES + COUNT_BYTES)
    const start = HEADER_BYTES + COUNT_BYTES + LENGTH_BYTES
    return all.subarray(start, start + Math.max(0, length))
  }
}
