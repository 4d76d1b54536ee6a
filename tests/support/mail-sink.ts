import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { readMail, type ReceivedMail } from './received-mail.ts'

const PATIENCE_MS = 15_000

/** A mail server that keeps what it is sent, and misbehaves when told to. */
export class MailSink {
  readonly mails: ReceivedMail[] = []
  /** Every e-mail that was handed over, whatever it was answered. */
  readonly attempts: ReceivedMail[] = []
  /** Answers to the next e-mails instead of taking them: an SMTP code, or never anything. */
  readonly troubles: (number | 'silence')[] = []
  readonly #server: SMTPServer
  readonly #options: SMTPServerOptions

  private constructor(options: SMTPServerOptions) {
    this.#options = options
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH'],
      hideSTARTTLS: true,
      logger: false,
      disableReverseLookup: true,
      closeTimeout: 100,
      ...options,
      onData: (stream, session, callback) => {
        const trouble = this.troubles.shift()
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope
          const from = mailFrom === false ? '' : mailFrom.address
          const to = rcptTo.map(({ address }) => address)
          const mail = readMail(Buffer.concat(chunks).toString('latin1'), { from, to })
          this.attempts.push(mail)
          if (trouble === 'silence') return
          if (trouble === undefined) this.mails.push(mail)
          callback(
            trouble === undefined
              ? null
              : Object.assign(new Error('not now'), { responseCode: trouble }),
          )
        })
      },
    })
    // A client that goes away in the middle is what some tests are about.
    this.#server.on('error', () => undefined)
  }

  /** Listens on the loopback address. */
  static async start(options: SMTPServerOptions = {}, port = 0): Promise<MailSink> {
    const sink = new MailSink(options)
    sink.#server.listen(port, '127.0.0.1')
    await once(sink.#server.server, 'listening')
    return sink
  }

  get port(): number {
    const address = this.#server.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`
  }

  /** The settings that point a server here. */
  get settings(): Record<string, unknown> {
    return { SMTP_Host: '127.0.0.1', SMTP_Port: String(this.port) }
  }

  /** The same server again, after it was closed. */
  async reopen(port: number): Promise<MailSink> {
    return MailSink.start(this.#options, port)
  }

  /** Forgets what it was sent, and returns it. */
  take(): ReceivedMail[] {
    return this.mails.splice(0)
  }

  /** Waits until `condition` holds. */
  async until(condition: (sink: MailSink) => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    while (!condition(this)) {
      if (Date.now() > end) throw new Error('the mail server waited in vain')
      await wait(10)
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve))
  }
}
