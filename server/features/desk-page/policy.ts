const ALWAYS = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "object-src 'none'"]

/**
 * What the desk's page may do: load from its own server, and styles that bear the nonce. Pictures
 * that the agent is about to send are shown from `blob:`.
 */
export const deskPolicy = (nonce: string): string =>
  [
    ...ALWAYS,
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** The worker that shows notifications loads nothing. */
export const workerPolicy = "default-src 'none'"

/** The preview stands for somebody's website: it loads the widget and nothing else. */
export const previewPolicy = [
  ...ALWAYS,
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'self'",
].join('; ')
