/**
 * Every refusal that has a code of its own, with its HTTP status and, where the reference sends
 * one, the reason that stands before the code in the answer.
 */
const CODES = {
  'invalid-params': { status: 400 },
  'invalid-token': { status: 400 },
  'invalid-room': { status: 400 },
  'invalid-message': { status: 400 },
  'invalid-agent': { status: 400 },
  'invalid-data': { status: 400 },
  'room-closed': { status: 400 },
  'agent-not-found': { status: 400 },
  'no-agent-online': { status: 400, reason: 'Sorry, no online agents' },
  'message-length-exceeds-character-limit': { status: 400 },
  'visitor-has-open-rooms': { status: 400 },
  'visitor-not-found': { status: 400 },
  'invalid-setting': { status: 400 },
  'error-invalid-priority': { status: 400, reason: 'This server has no priorities' },
  'error-invalid-sla': { status: 400, reason: 'This server has no SLA policies' },
  'error-message-empty': { status: 400, reason: 'The message has no text' },
  'error-message-id-taken': { status: 400, reason: 'This message id belongs to another message' },
  'error-action-not-allowed': { status: 400 },
  'error-not-allowed': { status: 400, reason: 'Not allowed' },
  'error-not-authorized': { status: 400, reason: 'Not authorized' },
  'error-unauthorized': {
    status: 403,
    reason: 'User does not have the permissions required for this action',
  },
  'error-invalid-token': { status: 400, reason: 'The visitor token is not valid' },
  'error-invalid-email': { status: 400, reason: 'Invalid email' },
  'error-invalid-department': { status: 400, reason: 'Provided department does not exist' },
  'error-invalid-room': { status: 400, reason: 'Invalid room' },
  'error-invalid-user': { status: 400, reason: 'Invalid user' },
  'error-invalid-sort': { status: 400 },
  'error-invalid-sort-keys': { status: 400, reason: 'The list cannot be sorted by this key' },
  'error-invalid-subscription': { status: 400 },
  'error-invalid-visitor': { status: 400, reason: 'Invalid visitor' },
  'error-transcript-already-requested': {
    status: 400,
    reason: 'The transcript of this conversation was requested already',
  },
  'error-transcript-not-requested': {
    status: 400,
    reason: 'No transcript of this conversation was requested',
  },
  'error-transcript-not-sent': {
    status: 400,
    reason: 'No mail server is set up, or too many transcripts were sent today',
  },
  'error-offline-message-not-found': {
    status: 400,
    reason: 'There is no such offline message',
  },
  'error-invalid-status': {
    status: 400,
    reason: 'Valid status types include online, away, offline, and busy.',
  },
  'error-status-not-allowed': { status: 400, reason: 'Invisible status is disabled' },
  'error-invalid-role': { status: 400, reason: 'Invalid role' },
  'error-invalid-roleId': { status: 400, reason: 'This role does not exist' },
  'error-invalid-role-properties': { status: 400, reason: 'The role properties are invalid.' },
  'error-role-not-found': { status: 400 },
  'error-role-protected': { status: 400, reason: 'Cannot delete a protected role' },
  'error-role-in-use': { status: 400, reason: "Cannot delete role because it's in use" },
  'error-duplicate-role-names-not-allowed': { status: 400, reason: 'Role name already exists' },
  'error-user-already-in-role': { status: 400, reason: 'User already in role' },
  'error-user-not-in-role': { status: 400, reason: 'User is not in this role' },
  'error-admin-required': { status: 400, reason: 'You need to have at least one admin' },
  'error-edit-permissions-not-allowed': { status: 400 },
  'error-invalid-permission': { status: 400 },
  'error-user-is-not-activated': { status: 401, reason: 'User is not activated' },
  'error-user-deactivated': { status: 400, reason: 'The user is deactivated' },
  'error-field-unavailable': { status: 400 },
  'error-the-field-is-required': { status: 400 },
  'error-input-is-not-a-valid-field': { status: 400 },
  'error-bio-size-exceeded': { status: 400, reason: 'Bio size exceeds 260 characters' },
  'error-nickname-size-exceeded': { status: 400, reason: 'Nickname size exceeds 120 characters' },
  'error-password-policy-not-met': { status: 400, reason: 'The password does not meet the policy' },
  'error-password-same-as-current': {
    status: 400,
    reason: 'Entered password same as current password',
  },
  'error-token-already-exists': { status: 400, reason: 'A token with this name already exists' },
  'error-token-does-not-exists': { status: 400, reason: 'Token does not exist' },
  'error-setting-not-found': { status: 400, reason: 'There is no such setting' },
  'error-invalid-setting-value': { status: 400 },
  'error-room-not-found': { status: 400 },
  'error-room-already-closed': { status: 400, reason: 'Room is already closed' },
  'error-room-is-not-closed': { status: 400, reason: 'Room is not closed' },
  'error-room-onHold': { status: 400, reason: 'Room is on hold' },
  'error-roomid-param-not-provided': { status: 400 },
  'error-roomId-param-invalid': { status: 400 },
  'error-updatedSince-param-invalid': { status: 400 },
  'error-comment-is-required': { status: 400, reason: 'Comment is required' },
  'error-not-allowed-to-close-conversation': {
    status: 400,
    reason: 'Visitors may not close conversations',
  },
  'error-not-found': { status: 400, reason: 'Inquiry not found' },
  'error-inquiry-taken': { status: 400, reason: 'Inquiry already taken' },
  'error-agent-status-service-offline': {
    status: 400,
    reason: 'Agent status is offline or Omnichannel service is not active',
  },
  'error-max-number-simultaneous-chats-reached': {
    status: 400,
    reason: 'Maximum number of simultaneous chats reached',
  },
  'error-omnichannel-is-disabled': { status: 400, reason: 'Omnichannel is disabled' },
  'error-message-not-found': { status: 400, reason: 'Message not found' },
  'error-message-editing-blocked': { status: 400, reason: 'Message editing is blocked' },
  'error-message-size-exceeded': {
    status: 400,
    reason: 'Message size exceeds Message_MaxAllowedSize',
  },
  'error-message-ts-out-of-sync': { status: 400, reason: 'Message timestamp is out of sync' },
  'error-no-message-for-unread': {
    status: 400,
    reason: 'There are no messages to mark unread',
  },
  'error-too-many-requests': { status: 429 },
  'error-service-unavailable': {
    status: 503,
    reason: 'The server cannot write at the moment; nothing was stored, try again',
  },
  'error-overloaded': { status: 503, reason: 'The server is overloaded, try again shortly' },
  'error-invalid-password': { status: 400, reason: 'The present password is not right' },
  'error-user-param-not-provided': {
    status: 400,
    reason: 'The required "userId" or "username" param was not provided',
  },
  'error-email-domain-blacklisted': { status: 400, reason: 'The email domain is blacklisted' },
  'error-invalid-domain': { status: 400, reason: 'The email domain is not allowed' },
  'error-email-send-failed': {
    status: 400,
    reason: 'This server sends no passwords by e-mail; choose one and hand it over',
  },
  'error-param-not-provided': { status: 400, reason: 'Query param "role" is required' },
  'invalid-custom-field': { status: 400 },
  'error-invalid-custom-field': { status: 400, reason: 'Custom field not found' },
  'error-invalid-custom-field-name': {
    status: 400,
    reason: 'Use only letters, numbers, hyphens and underscores in the name of a custom field',
  },
  'error-custom-field-name-already-exists': {
    status: 400,
    reason: 'A custom field of this name already exists',
  },
  'error-invalid-custom-field-pattern': { status: 400, reason: 'The regexp is not valid' },
  'error-invalid-custom-field-value': { status: 400 },
  'invalid-channel': { status: 400, reason: 'There is no such conversation' },
  'unknown-error': { status: 400, reason: 'Name the conversation by roomId or channel' },
  'error-emoji-param-not-provided': {
    status: 400,
    reason: 'The required "emoji" param is missing.',
  },
  'error-lastUpdate-param-not-provided': {
    status: 400,
    reason: 'The required "lastUpdate" query param is missing.',
  },
  Webhook_URL_not_set: { status: 400, reason: 'There is no Livechat_webhookUrl' },
  'error-invalid-webhook-response': { status: 400 },
  'invalid-field': { status: 400, reason: 'The file has to come in the field "file"' },
  'invalid-file': { status: 400, reason: 'There is no such file to confirm' },
  'error-file-upload-disabled': { status: 400, reason: 'Uploads are switched off' },
  'error-type-not-allowed': { status: 400, reason: 'Files of this type are not accepted' },
  'error-invalid-file-type': { status: 400, reason: 'Files of this type are not accepted' },
  'error-size-not-allowed': { status: 400, reason: 'The file is too large' },
  'error-file-too-large': { status: 400, reason: 'The file is too large' },
  'error-upload-quota-reached': { status: 400, reason: 'Too much was uploaded in one day' },
  'error-invalid-push-subscription': {
    status: 400,
    reason: 'This is no push subscription of a browser',
  },
  'error-setup-link-ended': {
    status: 400,
    reason: 'This set-up link was used already, has ended, or is not the whole link',
  },
  'error-file-storage-full': { status: 400, reason: 'The server has no room for more files' },
} as const satisfies Record<string, { status: number; reason?: string }>

/** A stable error code of the wire contract. */
export type ErrorCode = keyof typeof CODES

/** Whether a refusal of an endpoint with `reasonErrors` is answered in that form. */
export const isReason = (status: number, code: ErrorCode): boolean =>
  status === 400 && code !== 'invalid-params'

/**
 * Refusals of the library behind the endpoints of the reference. They have a reason also where the
 * endpoint's own ones are bare codes.
 */
const NEVER_PLAIN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-params',
  'no-agent-online',
  'error-omnichannel-is-disabled',
])

/** Whether a refusal of an endpoint with `plainErrors` is answered as the bare code. */
export const isPlain = (status: number, code: ErrorCode): boolean =>
  status === 400 && !NEVER_PLAIN.has(code)

interface ErrorOptions {
  /** Text before the code; overrides the code's own. */
  reason?: string
  details?: Record<string, unknown>
  status?: number
  /** Seconds after which the same request may succeed. */
  retryAfter?: number
}

/**
 * A refusal with a code. It is answered in the Meteor form (`"<reason> [<code>]"` with
 * `errorType`), or as the bare code on endpoints that declare `plainErrors` (wire contract,
 * section 1.3).
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly status: number
  readonly reason: string | undefined
  readonly details: Record<string, unknown> | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(code)
    const known: { status: number; reason?: string } = CODES[code]
    this.code = code
    this.status = options.status ?? known.status
    this.reason = options.reason ?? known.reason
    this.details = options.details
    this.retryAfter = options.retryAfter
  }
}

/**
 * A refusal that the reference answers with a text and no `errorType`: in-handler 403s, 404s and
 * explicit failures.
 */
export class TextError extends Error {
  override readonly name = 'TextError'
  readonly status: number
  /** The text stands in `message`, too: some clients show that field. */
  readonly shown: boolean

  constructor(status: 400 | 403 | 404, text: string, { shown = false } = {}) {
    super(text)
    this.status = status
    this.shown = shown
  }
}

/** 403 of an in-handler access check. */
export const unauthorized = (): TextError => new TextError(403, 'unauthorized')

/** 401: no valid login, in the reference's own envelope. */
export class NotLoggedInError extends Error {
  override readonly name = 'NotLoggedInError'
}

/** 401 of the login endpoint, whose envelope differs from every other one. */
export class LoginError extends Error {
  override readonly name = 'LoginError'
  readonly error: string | number
  readonly details: Record<string, unknown> | undefined

  constructor(error: string | number, message: string, details?: Record<string, unknown>) {
    super(message)
    this.error = error
    this.details = details
  }
}
