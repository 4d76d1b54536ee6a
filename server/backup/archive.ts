/** Raised when a later release could not be read by this code. */
export const FORMAT = 1

/** The first line of an archive. */
export interface Header {
  foyer: 'backup'
  format: number
  /** Version of Foyer that wrote it. */
  version: string
  /** ISO time of the moment that it holds. */
  at: string
  /** Names of the migrations that made its tables, oldest first. */
  migrations: readonly string[]
}

/** Begins a table; its rows follow as arrays in the order of the columns. */
export interface TableLine {
  table: string
  columns: readonly string[]
}

/** Begins a file; its bytes follow as strings in base64. */
export interface FileLine {
  file: string
}

/** What an archive holds. */
export interface Counts {
  rows: number
  files: number
  /** Of the files. */
  bytes: number
}

/** The last line; the digest is of every byte before it. */
export interface Trailer extends Counts {
  end: true
  sha256: string
}

/** A file cannot be restored; the message is a sentence that says why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}
