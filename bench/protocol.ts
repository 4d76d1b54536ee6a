/** What the load asks for. */
export const SCENARIOS = {
  post: 'POST livechat/message',
  postPlain: 'POST livechat/message, texts without markup',
  postWithId: "POST livechat/message with the client's `_id`",
  put: 'PUT livechat/message/:_id',
  history: 'GET livechat/messages.history/:rid',
  room: 'GET livechat/room (existing)',
} as const
export type Scenario = keyof typeof SCENARIOS

/** One run of the generator. */
export interface LoadJob {
  port: number
  scenario: Scenario
  connections: number
  seconds: number
  /** Stored messages of each room, for edits. */
  messagesPerRoom: number
}

/** What one run of the generator saw. */
export interface LoadResult {
  requestsPerSecond: number
  p50: number
  p99: number
  errors: number
  firstError: string | undefined
  /** Share of one core. */
  cpu: number
}
