/**
 * The same bytes in pieces of exactly `size`; the last one may be shorter, and a source without
 * bytes has none. There is one piece in memory: asking for the next overwrites it.
 */
export async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer<ArrayBuffer>> {
  const piece = Buffer.allocUnsafeSlow(size)
  let filled = 0
  for await (const chunk of source) {
    let offset = 0
    while (offset < chunk.length) {
      const taken = Math.min(size - filled, chunk.length - offset)
      piece.set(chunk.subarray(offset, offset + taken), filled)
      filled += taken
      offset += taken
      if (filled < size) continue
      yield piece
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
