import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport'
import type { Config } from '../config.ts'
import type { Settings } from '../context.ts'
import { mailbox } from './addresses.ts'

/** Each step of a delivery ends within these; the job's own limit holds for the whole. */
const TIMEOUTS = {
  dnsTimeout: 5000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
} as const

/** Where the mail server is said to be: the environment, else the settings. */
interface MailParts {
  config: Pick<Config, 'smtpUrl' | 'rootUrl'>
  settings: Settings
}

/** Whether there is a mail server to send with. */
export const canSendMail = ({ config, settings }: MailParts): boolean =>
  config.smtpUrl !== undefined || settings.get('SMTP_Host').trim() !== ''

/** How to reach the mail server; undefined where none is named. */
export function smtpOptions({ config, settings }: MailParts): SMTPTransportOptions | undefined {
  const common = { ...TIMEOUTS, disableFileAccess: true, disableUrlAccess: true }
  if (config.smtpUrl !== undefined) return { ...common, url: config.smtpUrl }
  const host = settings.get('SMTP_Host').trim()
  if (host === '') return undefined
  const secure = settings.get('SMTP_Protocol') === 'smtps'
  const port = Number(settings.get('SMTP_Port'))
  const user = settings.get('SMTP_Username')
  // Lenient still encrypts where the server offers it, only without asking who the server is.
  const lenient = settings.get('SMTP_IgnoreTLS')
  return {
    ...common,
    host,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : secure ? 465 : 25,
    secure,
    pool: settings.get('SMTP_Pool'),
    requireTLS: !lenient,
    tls: { rejectUnauthorized: !lenient },
    ...(user === '' ? {} : { auth: { user, pass: settings.get('SMTP_Password') } }),
  }
}

/** Who e-mails come from: `From_Email`, else an address of the public host. */
export const sender = ({ config, settings }: MailParts): { name: string; address: string } =>
  mailbox(settings.get('From_Email')) ?? {
    name: '',
    address: `no-reply@${mailHost(config.rootUrl)}`,
  }

/** The public host's name, for addresses and message ids. */
export function mailHost(rootUrl: string): string {
  const { hostname } = new URL(rootUrl)
  return /^[a-z][\w.-]*$/i.test(hostname) ? hostname : 'localhost'
}
