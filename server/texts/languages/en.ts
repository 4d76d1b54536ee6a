/** What the server says in its own words; every other language has the same keys. */
export const en = {
  'offline.sent': 'Thank you for your message. We will answer you by e-mail.',
  'offline.failed':
    'Your message could not be sent. Please check your e-mail address and try again.',
  'offline.subject': 'Message from {name}',
  'offline.name': 'Name',
  'offline.email': 'E-mail',
  'offline.department': 'Department',
  'offline.page': 'Page',
  'transcript.sent': 'The transcript is on its way to your e-mail address.',
  'transcript.failed': 'The transcript could not be sent.',
  'transcript.subject': 'Your conversation with {site}',
  'transcript.intro': 'This is your conversation of {date}.',
  'transcript.you': 'You',
  'transcript.agent': 'Agent',
  'transcript.file': 'File: {name}',
  'transcript.shortened': 'Earlier messages have been left out.',
  'transcript.joined': '{name} joined the conversation.',
  'transcript.left': '{name} left the conversation.',
  'transcript.transferred': 'The conversation was transferred.',
  'transcript.on-hold': 'The conversation was put on hold.',
  'transcript.resumed': 'The conversation goes on.',
  'room.closed-by-visitor': 'Closed by visitor',
  'widget.open': 'Open chat',
  'widget.close': 'Close chat',
  'widget.unreachable': 'The chat cannot be reached at the moment.',
  'widget.retry': 'Try again',
} as const

/** Name of a text. */
export type TextKey = keyof typeof en

/** All texts of one language. */
export type Texts = Readonly<Record<TextKey, string>>
