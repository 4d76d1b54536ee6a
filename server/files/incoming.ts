/** A file while it arrives. */
export interface IncomingFile {
  /** As the client calls it: any text, never a path of this server. */
  name: string
  /** Media type that the client claims. */
  claimedType: string
  /** Read once; what the client got wrong is thrown as a refusal. */
  bytes: AsyncIterable<Uint8Array>
}

/** A form with one file and some fields, in whatever order they arrive. */
export interface IncomingForm<Fields> {
  /** Length of the whole form, where the client says it. */
  readonly announcedBytes: number | undefined
  /**
   * Reads the form to its end: `take` gets the file, and what it leaves unread is dropped.
   * @throws what `take` throws, or ApiError for a form without file or with unusable fields
   */
  read<Taken>(
    take: (file: IncomingFile) => Promise<Taken>,
  ): Promise<{ taken: Taken; fields: Fields }>
}
