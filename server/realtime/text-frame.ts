/** A text as it goes over the wire, with the head of its WebSocket frame. */
export type TextFrame = Buffer & { readonly framed: true }

const TEXT = 0x81
/** Longer texts say so with this in place of their length, and the length in the next bytes. */
const IN_TWO_BYTES = 126
const IN_EIGHT_BYTES = 127

/**
 * The frame of a text (RFC 6455: whole, unmasked, uncompressed), as one piece. It is the same for
 * every socket, so what many get is made once, and each takes one write.
 */
export function textFrame(text: string): TextFrame {
  const length = Buffer.byteLength(text)
  const head = length < IN_TWO_BYTES ? 2 : length <= 0xffff ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = TEXT
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = IN_TWO_BYTES
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = IN_EIGHT_BYTES
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, head)
  return frame as TextFrame
}
