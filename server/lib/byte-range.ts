/** A part of a file: both ends are included, from 0. */
export interface ByteRange {
  start: number
  end: number
}
