/** What nobody needs with the first click: loaded when it is. */
export { EmojiChoice } from './emoji-choice.tsx'
export { Ended } from './ended.tsx'
