import { directionOf, type Language } from '../texts/texts.ts'

/** What an e-mail says, before it has a form. Every text may come from a stranger. */
export interface Letter {
  language: Language
  subject: string
  parts: readonly LetterPart[]
}

/** A paragraph, with who or what it belongs to. */
export interface LetterPart {
  heading?: string
  text: string
}

/** What the installation puts around every letter; HTML that its administrators wrote. */
export interface LetterFrame {
  style: string
  header: string
  footer: string
  siteName: string
  siteUrl: string
}

/** The letter as plain text. */
export function letterText({ parts }: Letter, { siteName, siteUrl }: LetterFrame): string {
  const paragraphs = parts.map(({ heading, text }) =>
    heading === undefined ? shown(text) : `${shown(heading)}\n${shown(text)}`,
  )
  return `${[...paragraphs, `-- \n${siteName}\n${siteUrl}`].join('\n\n')}\n`
}

/** The letter as HTML: everything but the installation's own frame is escaped. */
export function letterHtml({ language, subject, parts }: Letter, frame: LetterFrame): string {
  const paragraphs = parts.map(({ heading, text }) => {
    const title = heading === undefined ? '' : `<strong>${escapeHtml(heading)}</strong><br>\n`
    return `<p dir="auto">${title}${escapeHtml(text).replaceAll('\n', '<br>\n')}</p>`
  })
  return [
    '<!doctype html>',
    `<html lang="${language}" dir="${directionOf(language)}">`,
    `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title>`,
    `<style>${frame.style}</style></head>`,
    `<body>${filledIn(frame.header, frame)}`,
    ...paragraphs,
    `${filledIn(frame.footer, frame)}</body></html>\n`,
  ].join('\n')
}

/** Text for an HTML text node or attribute. */
const escapeHtml = (text: string): string =>
  shown(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** Without control characters; a line ends in one way. */
const shown = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')

/** A name among other words: a line of its own could look like somebody else's. */
export const oneLine = (text: string): string => shown(text).replaceAll(/\s+/g, ' ')

const filledIn = (html: string, { siteName, siteUrl }: LetterFrame): string =>
  html
    .replaceAll('[Site_Name]', () => escapeHtml(siteName))
    .replaceAll('[Site_URL]', () => escapeHtml(siteUrl))
