import type { Transporter } from 'nodemailer'
import type { Config } from '../config.ts'
import type { Settings } from '../context.ts'
import { headerText } from './addresses.ts'
import { letterHtml, letterText, type Letter } from './letter.ts'
import { mailHost, sender, smtpOptions } from './smtp.ts'

/** An e-mail to hand to the mail server. */
export interface Mail {
  /** The same for every attempt: it becomes the Message-ID, by which receivers see a double. */
  id: string
  /** Checked addresses. */
  to: readonly string[]
  /** Shown as the sender's name, in front of the installation's own address. */
  fromName?: string
  replyTo?: { name: string; address: string }
  letter: Letter
}

/** The mail server has refused this e-mail for good: another attempt would be refused, too. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError'
}

/**
 * Hands e-mails to the mail server. Only jobs use it: a mail server that is slow or away holds up
 * nothing but them. The library is loaded with the first e-mail.
 */
export class Mailer {
  readonly #parts: { config: Config; settings: Settings }
  #transport: { key: string; transporter: Transporter } | undefined

  constructor(parts: { config: Config; settings: Settings }) {
    this.#parts = parts
  }

  /**
   * Resolves once the mail server has taken the e-mail over.
   * @throws MailRefusedError when it never will, any other error when it may later
   */
  async send(mail: Mail, signal: AbortSignal): Promise<void> {
    const { config, settings } = this.#parts
    const transporter = await this.#connect()
    const from = sender(this.#parts)
    const frame = {
      style: settings.get('email_style'),
      header: settings.get('Email_Header'),
      footer: settings.get('Email_Footer'),
      siteName: settings.get('Site_Name'),
      siteUrl: config.rootUrl,
    }
    try {
      await transporter.sendMail({
        messageId: `<${mail.id}@${mailHost(config.rootUrl)}>`,
        from: { name: headerText(mail.fromName ?? from.name), address: from.address },
        to: mail.to.map((address) => ({ name: '', address })),
        ...(mail.replyTo === undefined
          ? {}
          : { replyTo: { ...mail.replyTo, name: headerText(mail.replyTo.name) } }),
        subject: headerText(mail.letter.subject),
        headers: { 'Auto-Submitted': 'auto-generated' },
        text: letterText(mail.letter, frame),
        ...(settings.get('email_plain_text_only') ? {} : { html: letterHtml(mail.letter, frame) }),
        disableFileAccess: true,
        disableUrlAccess: true,
        signal,
      })
    } catch (error) {
      throw isFinal(error) ? new MailRefusedError((error as Error).message) : error
    }
  }

  close(): void {
    this.#transport?.transporter.close()
    this.#transport = undefined
  }

  async #connect(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer')
    const options = smtpOptions(this.#parts)
    if (options === undefined) throw new Error('no mail server is configured')
    const key = JSON.stringify(options)
    if (this.#transport?.key !== key) {
      this.close()
      this.#transport = { key, transporter: createTransport(options) }
    }
    return this.#transport.transporter
  }
}

/** Recipient or content refused; other failures (login, greylisting) may pass. */
function isFinal(error: unknown): boolean {
  const { responseCode, command } = error as { responseCode?: unknown; command?: unknown }
  return (
    typeof responseCode === 'number' &&
    responseCode >= 550 &&
    (command === 'RCPT TO' || command === 'DATA')
  )
}
