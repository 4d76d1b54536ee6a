import { oneLine, type Letter, type LetterPart } from '../../mail/letter.ts'
import type { Row } from '../../storage/tables.ts'
import type { TextKey } from '../../texts/languages/en.ts'
import { textOf, type Language } from '../../texts/texts.ts'

/** System messages that a transcript can tell, with their words. */
const SYSTEM_TEXTS: Readonly<Record<string, TextKey>> = {
  uj: 'transcript.joined',
  ul: 'transcript.left',
  livechat_transfer_history: 'transcript.transferred',
  livechat_transfer_history_fallback: 'transcript.transferred',
  omnichannel_placed_chat_on_hold: 'transcript.on-hold',
  omnichannel_on_hold_chat_resumed: 'transcript.resumed',
}

/** Types of the system messages that a transcript can tell. */
export const SHOWN_KINDS: readonly string[] = Object.keys(SYSTEM_TEXTS)

/** What a transcript is made of. */
export interface Transcript {
  language: Language
  siteName: string
  /** Empty: the language's own. */
  subject: string
  startedAt: string
  visitorIsReader: boolean
  namesAgents: boolean
  /** Oldest first. */
  messages: readonly Row<'message'>[]
  /** Earlier messages have been left out. */
  shortened: boolean
}

/** The conversation as a letter, with times in UTC. */
export function transcriptLetter(transcript: Transcript): Letter {
  const { language, siteName, shortened } = transcript
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const date = day.format(new Date(transcript.startedAt))
  const time = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  })
  return {
    language,
    subject: transcript.subject || textOf(language, 'transcript.subject', { site: siteName }),
    parts: [
      { text: textOf(language, 'transcript.intro', { date }) },
      ...(shortened ? [{ text: textOf(language, 'transcript.shortened') }] : []),
      ...transcript.messages.map((message): LetterPart => {
        const at = time.format(new Date(message.ts))
        return message.kind === null
          ? { heading: `${authorOf(transcript, message)} · ${at}`, text: textIn(language, message) }
          : { heading: at, text: systemText(transcript, message) }
      }),
    ],
  }
}

function authorOf(transcript: Transcript, message: Row<'message'>): string {
  const { language, visitorIsReader, namesAgents } = transcript
  const name = oneLine(message.author_name ?? message.author_username)
  if (message.author_type === 'visitor') {
    return visitorIsReader ? textOf(language, 'transcript.you') : name
  }
  return namesAgents ? name : textOf(language, 'transcript.agent')
}

function systemText(transcript: Transcript, message: Row<'message'>): string {
  const key = SYSTEM_TEXTS[message.kind ?? '']
  if (key === undefined) return message.text
  return textOf(transcript.language, key, { name: authorOf(transcript, message) })
}

function textIn(language: Language, { text, extra }: Row<'message'>): string {
  const files = extra === null ? [] : fileNames(JSON.parse(extra) as Record<string, unknown>)
  const lines = files.map((name) => textOf(language, 'transcript.file', { name }))
  return [...(text === '' ? [] : [text]), ...lines].join('\n')
}

function fileNames({ file, files }: Record<string, unknown>): string[] {
  const all = Array.isArray(files) ? (files as unknown[]) : file === undefined ? [] : [file]
  return all.flatMap((one) => {
    const { name } = (one ?? {}) as { name?: unknown }
    return typeof name === 'string' ? [name] : []
  })
}
