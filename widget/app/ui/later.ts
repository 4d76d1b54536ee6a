/** What nobody needs with the first click: loaded when it is. */
export { Attachments, Quote } from './attachment.tsx'
export { Confirm } from './dialog.tsx'
export { EmojiChoice } from './emoji-choice.tsx'
export { Ended } from './ended.tsx'
export { Markup } from './markup.tsx'
