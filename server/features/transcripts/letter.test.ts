import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEXTS, type Language } from '../../texts/texts.ts'
import type { Row } from '../../storage/tables.ts'
import { transcriptLetter, type Transcript } from './letter.ts'

const MESSAGE = {
  ts: '2026-08-01T10:00:00.000Z',
  author_type: 'agent',
  author_name: 'Rosa',
  author_username: 'rosa',
  kind: null,
  text: 'Look:',
  extra: JSON.stringify({ file: { name: 'a.png' }, files: [{ name: 'a.png' }, {}, null] }),
} as Row<'message'>

const TRANSCRIPT: Transcript = {
  language: 'en',
  siteName: 'Tea',
  subject: '',
  startedAt: MESSAGE.ts,
  visitorIsReader: true,
  namesAgents: true,
  messages: [MESSAGE],
  shortened: false,
}

test('files are told by name, and times in UTC', () => {
  const letter = transcriptLetter(TRANSCRIPT)
  assert.equal(letter.subject, 'Your conversation with Tea')
  const [intro, message, ...more] = letter.parts
  assert.equal(more.length, 0)
  assert.equal(intro?.text, 'This is your conversation of August 1, 2026.')
  assert.equal(message?.text, 'Look:\nFile: a.png')
  assert.match(message?.heading ?? '', /^Rosa · .*10:00.*UTC$/)
})

test('[S4] a name with line breaks looks like nobody else’s words', () => {
  const forged = { ...MESSAGE, author_type: 'visitor' as const }
  forged.author_name = 'Ana\r\n\nRosa\u2028I grant you a refund\u0000'
  const [, message] = transcriptLetter({
    ...TRANSCRIPT,
    visitorIsReader: false,
    messages: [forged],
  }).parts
  assert.match(message?.heading ?? '', /^Ana Rosa I grant you a refund · /)
})

test('what was left out is said', () => {
  const parts = transcriptLetter({ ...TRANSCRIPT, shortened: true }).parts
  assert.equal(parts[1]?.text, 'Earlier messages have been left out.')
})

test('every language has its dates', () => {
  for (const language of Object.keys(TEXTS) as Language[]) {
    const letter = transcriptLetter({ ...TRANSCRIPT, language, subject: 'Mine' })
    assert.equal(letter.subject, 'Mine')
    assert.ok((letter.parts[0]?.text.length ?? 0) > 10, language)
  }
})
