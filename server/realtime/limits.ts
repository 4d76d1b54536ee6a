/** What one socket may cost. Beyond these a client misbehaves, or is not ours to keep. */
export const LIMITS = {
  /** Bytes of one frame from a client, as for a JSON body over HTTP. */
  frameBytes: 100_000,
  /** Characters of an id that a client gives to a call or a subscription. */
  idLength: 200,
  /** Frames that wait for the one in work; then the socket is not read until they are done. */
  pendingFrames: 64,
  /** Frames a second that a client may send over a longer time, and at once. */
  framesPerSecond: 100,
  framesBurst: 1000,
  /** Subscriptions of one socket: a visitor follows one conversation, an agent many. */
  visitorSubscriptions: 60,
  agentSubscriptions: 3000,
  /** Sockets of one visitor, on this process. */
  socketsPerVisitor: 40,
  /** Typing events a minute, and at once, from one author. */
  typingPerMinute: 120,
  typingBurst: 20,
  /** Unsent bytes of one socket at which typing and presence are left out. */
  shedBytes: 128_000,
  /** Unsent bytes of one socket at which it is closed as too slow. */
  bufferBytes: 1_000_000,
  /** Rows of one step when a client catches up. */
  backlogPage: 100,
} as const

/** Times in milliseconds. */
export const TIMES = {
  /** A silent client is asked for a sign of life, and given up when none comes. */
  pingAfter: 20_000,
  answerWithin: 30_000,
  beat: 5000,
  /** A client that does not say `connect` in time is turned away. */
  connectWithin: 20_000,
  /** A closed socket that does not answer is cut. */
  closeWithin: 2000,
  /** A client that talks too fast is not listened to for so long at most. */
  longestRest: 10_000,
  /** Sockets are sent away over this time when the server stops, so that they come back spread. */
  stopSpread: 5000,
  /** How often waiting visitors are told their place. */
  queueTold: 1000,
  /** How often what was told is compared with what is stored, by the state of the bus. */
  pollConnected: 5000,
  pollLost: 1000,
} as const

/** Codes with which the server closes a socket; never 1000, after which clients do not return. */
export const CLOSE = {
  restart: 1012,
  overload: 1013,
  dead: 4000,
  revoked: 4401,
  slow: 4408,
} as const
