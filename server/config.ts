import { isIP } from 'node:net'
import type { NatsPlace } from './bus/nats-link.ts'
import { parseEnvironmentValue } from './features/settings/conversion.ts'
import { SETTINGS, type SettingId } from './features/settings/catalogue.ts'
import type { S3Options } from './files/s3-store.ts'
import type { StorageTarget } from './storage/open.ts'

/** Everything the environment decides, checked once at start. */
export interface Config {
  port: number
  host: string
  /** Public base URL without a trailing slash. */
  rootUrl: string
  storage: StorageTarget
  /** How the bus reaches PostgreSQL where the other connections go through a pooler. */
  busDatabaseUrl: string | undefined
  /** The bus between processes; PostgreSQL while it is absent. */
  nats: NatsPlace | undefined
  /** Which proxies may name the client's address: none, listed ones, or the nearest so many. */
  trustedProxies: false | string[] | ((address: string, hop: number) => boolean)
  metricsToken: string | undefined
  /** Mail server; the SMTP settings count while it is absent. */
  smtpUrl: string | undefined
  /** The bucket of files; the database's own place while it is absent. */
  s3: S3Options | undefined
  logLevel: string
  admin: {
    username: string
    password: string | undefined
    email: string | undefined
    name: string
    id: string | undefined
  }
  /** Settings held to a value by `OVERWRITE_SETTING_<id>`. */
  overwrites: ReadonlyMap<SettingId, unknown>
}

/** A value of the environment cannot be used; the message is one sentence that names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

interface Variable {
  name: string
  meaning: string
  fallback: string
}

/** The variables that `--help` lists. */
export const VARIABLES: readonly Variable[] = [
  { name: 'PORT', meaning: 'port to listen on', fallback: '3000' },
  { name: 'HOST', meaning: 'address to listen on', fallback: '0.0.0.0' },
  {
    name: 'ROOT_URL',
    meaning: 'public base URL, as visitors see it',
    fallback: 'http://localhost:PORT',
  },
  { name: 'DATA_DIR', meaning: 'folder of the embedded database', fallback: './data' },
  {
    name: 'DATABASE_URL',
    meaning: 'postgres:// URL; PostgreSQL instead of the embedded database',
    fallback: '(none)',
  },
  {
    name: 'NATS_URL',
    meaning: 'NATS servers that connect several processes, separated by commas',
    fallback: '(LISTEN and NOTIFY of PostgreSQL)',
  },
  {
    name: 'BUS_DATABASE_URL',
    meaning: 'postgres:// URL for LISTEN and NOTIFY, where DATABASE_URL is that of a pooler',
    fallback: 'DATABASE_URL',
  },
  {
    name: 'ADMIN_USERNAME',
    meaning: 'username of the first administrator',
    fallback: 'admin',
  },
  {
    name: 'ADMIN_PASS',
    meaning: 'password of the first administrator, at least 8 characters',
    fallback: '(generated and printed once)',
  },
  { name: 'ADMIN_EMAIL', meaning: 'e-mail of the first administrator', fallback: '(none)' },
  {
    name: 'ADMIN_NAME',
    meaning: 'display name of the first administrator',
    fallback: 'Administrator',
  },
  { name: 'ADMIN_ID', meaning: 'id of the first administrator', fallback: '(generated)' },
  {
    name: 'TRUSTED_PROXIES',
    meaning: 'proxies that may name the client address: a count, or addresses and CIDR ranges',
    fallback: '(none)',
  },
  {
    name: 'METRICS_TOKEN',
    meaning: 'bearer token for /metrics and /health details from public addresses',
    fallback: '(none)',
  },
  {
    name: 'SMTP_URL',
    meaning: 'mail server, e.g. smtps://user:password@mail.example.com:465',
    fallback: '(the SMTP settings)',
  },
  {
    name: 'S3_BUCKET',
    meaning: 'bucket of an S3 service that keeps the files of conversations',
    fallback: '(none)',
  },
  {
    name: 'S3_ENDPOINT',
    meaning: 'URL of the S3 service',
    fallback: 'https://s3.S3_REGION.amazonaws.com',
  },
  { name: 'S3_REGION', meaning: 'region of the bucket', fallback: 'us-east-1' },
  { name: 'S3_ACCESS_KEY_ID', meaning: 'key of who may use the bucket', fallback: '(none)' },
  { name: 'S3_SECRET_ACCESS_KEY', meaning: 'secret of that key', fallback: '(none)' },
  { name: 'LOG_LEVEL', meaning: 'debug, info, warn, error or silent', fallback: 'info' },
  {
    name: 'OVERWRITE_SETTING_<id>',
    meaning: 'holds a setting to a value, e.g. OVERWRITE_SETTING_Livechat_title=Help',
    fallback: '',
  },
]

const OVERWRITE = 'OVERWRITE_SETTING_'

/**
 * Reads the configuration.
 * @throws ConfigError on the first value that cannot be used
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const value = (name: string): string | undefined => {
    const text = environment[name]?.trim()
    return text === undefined || text === '' ? undefined : text
  }
  const port = portOf(value('PORT') ?? '3000')
  return {
    port,
    host: value('HOST') ?? '0.0.0.0',
    rootUrl: rootUrlOf(value('ROOT_URL') ?? `http://localhost:${port}`),
    storage: storageOf(value('DATABASE_URL'), value('DATA_DIR') ?? './data'),
    busDatabaseUrl: postgresUrlOf('BUS_DATABASE_URL', value('BUS_DATABASE_URL')),
    nats: natsOf(value('NATS_URL'), value('DATABASE_URL')),
    trustedProxies: trustedProxiesOf(value('TRUSTED_PROXIES')),
    metricsToken: value('METRICS_TOKEN'),
    smtpUrl: smtpUrlOf(value('SMTP_URL')),
    s3: s3Of(value),
    logLevel: oneOf('LOG_LEVEL', value('LOG_LEVEL') ?? 'info', [
      'debug',
      'info',
      'warn',
      'error',
      'silent',
    ]),
    admin: {
      username: matching('ADMIN_USERNAME', value('ADMIN_USERNAME') ?? 'admin', /^[\w.-]{1,64}$/),
      password: passwordOf(value('ADMIN_PASS')),
      email: emailOf(value('ADMIN_EMAIL')),
      name: value('ADMIN_NAME') ?? 'Administrator',
      id: idOf(value('ADMIN_ID')),
    },
    overwrites: overwritesOf(environment),
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new ConfigError(`PORT must be a number from 0 to 65535, not "${text}".`)
  }
  return port
}

function rootUrlOf(text: string): string {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(`ROOT_URL must be an http or https URL, not "${text}".`)
  }
  return text.replace(/\/+$/, '')
}

function storageOf(databaseUrl: string | undefined, folder: string): StorageTarget {
  const url = postgresUrlOf('DATABASE_URL', databaseUrl)
  return url === undefined ? { kind: 'sqlite', folder } : { kind: 'postgres', url }
}

/** The value holds a password, so the message does not repeat it. */
function postgresUrlOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new ConfigError(`${name} must start with postgres:// or postgresql://.`)
  }
  return text
}

/** Of several servers the first one says who we are. Values that are secret are not repeated. */
function natsOf(text: string | undefined, databaseUrl: string | undefined): NatsPlace | undefined {
  if (text === undefined) return undefined
  if (databaseUrl === undefined) {
    throw new ConfigError('NATS_URL needs DATABASE_URL: the embedded database serves one process.')
  }
  const urls = text.split(',').map((part) => {
    const url = URL.parse(part.trim())
    if (url === null || !NATS_SCHEMES.has(url.protocol) || url.hostname === '') {
      throw new ConfigError('NATS_URL must be one or more nats:// or tls:// URLs.')
    }
    return url
  })
  const { username = '', password = '' } = urls[0] ?? {}
  const user = decodeURIComponent(username)
  const credentials =
    password === '' ? { token: user } : { user, pass: decodeURIComponent(password) }
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? NATS_PORT : port}`),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(user === '' ? {} : credentials),
  }
}

const NATS_SCHEMES: ReadonlySet<string> = new Set(['nats:', 'tls:'])
const NATS_PORT = '4222'

function trustedProxiesOf(text: string | undefined): Config['trustedProxies'] {
  if (text === undefined) return false
  if (/^\d+$/.test(text)) return (_address, hop) => hop < Number(text)
  const addresses = text.split(',').map((address) => address.trim())
  const bad = addresses.find((address) => !isNetwork(address))
  if (bad !== undefined) {
    throw new ConfigError(
      `TRUSTED_PROXIES must be a count or a comma list of addresses and CIDR ranges, not "${bad}".`,
    )
  }
  return addresses
}

/** Whether this is an address, or a range in CIDR notation. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  )
}

/** The value holds a password, so the message does not repeat it. */
function smtpUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new ConfigError('SMTP_URL must be a URL that starts with smtp:// or smtps://.')
  }
  return text
}

const S3_NAMES = ['S3_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']

/** Values that are secret are not repeated. */
function s3Of(value: (name: string) => string | undefined): S3Options | undefined {
  const bucket = value('S3_BUCKET')
  if (bucket === undefined) {
    const alone = S3_NAMES.find((name) => value(name) !== undefined)
    if (alone !== undefined) throw new ConfigError(`${alone} means nothing without S3_BUCKET.`)
    return undefined
  }
  const needed = (name: string): string => {
    const text = value(name)
    if (text === undefined) throw new ConfigError(`S3_BUCKET needs ${name}, too.`)
    return text
  }
  const region = matching('S3_REGION', value('S3_REGION') ?? 'us-east-1', /^[\w-]{1,64}$/)
  const endpoint = value('S3_ENDPOINT') ?? `https://s3.${region}.amazonaws.com`
  const url = URL.parse(endpoint)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new ConfigError('S3_ENDPOINT must be an http or https URL without a user name.')
  }
  return {
    endpoint,
    bucket: matching('S3_BUCKET', bucket, /^[a-zA-Z0-9][\w.-]{2,62}$/),
    region,
    accessKeyId: needed('S3_ACCESS_KEY_ID'),
    secretAccessKey: needed('S3_SECRET_ACCESS_KEY'),
  }
}

function passwordOf(text: string | undefined): string | undefined {
  if (text !== undefined && text.length < 8) {
    throw new ConfigError('ADMIN_PASS must have at least 8 characters.')
  }
  return text
}

const emailOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : matching('ADMIN_EMAIL', text, /^[^\s@]+@[^\s@]+$/)

const idOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : matching('ADMIN_ID', text, /^[A-Za-z0-9_-]{1,64}$/)

function matching(name: string, text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new ConfigError(`${name} has a form that cannot be used.`)
  return text
}

function oneOf(name: string, text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text)) {
    throw new ConfigError(`${name} must be one of ${allowed.join(', ')}, not "${text}".`)
  }
  return text
}

function overwritesOf(
  environment: Record<string, string | undefined>,
): ReadonlyMap<SettingId, unknown> {
  const values = new Map<SettingId, unknown>()
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(OVERWRITE) || text === undefined) continue
    const id = name.slice(OVERWRITE.length) as SettingId
    const definition = SETTINGS.get(id)
    if (definition === undefined) throw new ConfigError(`${name} names no setting of Foyer.`)
    try {
      values.set(id, parseEnvironmentValue(definition, text))
    } catch (error) {
      throw new ConfigError(`${OVERWRITE}${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return values
}
