/** Who is behind a socket: a visitor who has shown his token, or a signed-in user. */
export interface Present {
  kind: 'visitor' | 'agent'
  id: string
}

/**
 * What presence needs to know of sockets. Calls return at once; what follows from them is stored
 * and rung by whoever implements this.
 */
export interface Presence {
  /** A socket of the subject is there. */
  attach(subject: Present, socketId: string): void
  /** That socket is gone; others of his may still be there. */
  detach(subject: Present, socketId: string): void
  /** The user says that he is away from, or back at, that socket. */
  away(subject: Present, socketId: string): void
  online(subject: Present, socketId: string): void
}
