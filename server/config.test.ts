import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig, VARIABLES } from './config.ts'

/** For each variable a value that cannot be used, and what has to stand beside it. */
const WRONG: [string, string, Record<string, string>?][] = [
  ['PORT', 'http'],
  ['PORT', '65536'],
  ['ROOT_URL', 'chat.example.com'],
  ['ROOT_URL', 'ftp://chat.example.com'],
  ['DATABASE_URL', 'mysql://user:topsecret@host/db'],
  ['BUS_DATABASE_URL', 'host:topsecret'],
  ['NATS_URL', 'nats://user:topsecret@host'],
  ['NATS_URL', 'http://user:topsecret@host', { DATABASE_URL: 'postgres://host/db' }],
  ['ADMIN_USERNAME', 'two words'],
  ['ADMIN_PASS', 'short'],
  ['ADMIN_EMAIL', 'nobody'],
  ['ADMIN_ID', 'a b'],
  ['TRUSTED_PROXIES', 'proxy.example.com'],
  ['TRUSTED_PROXIES', 'abc'],
  ['TRUSTED_PROXIES', '10.0.0.0/8, 10.0.0.0/33'],
  ['SMTP_URL', 'https://user:topsecret@mail.example.com'],
  ['S3_BUCKET', '-', { S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: 's' }],
  ['S3_BUCKET', 'files'],
  ['S3_ENDPOINT', 'ftp://x', { S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'k' }],
  ['S3_REGION', 'a b', { S3_BUCKET: 'files' }],
  ['S3_ACCESS_KEY_ID', 'alone'],
  ['S3_SECRET_ACCESS_KEY', 'topsecret'],
  ['LOG_LEVEL', 'loud'],
  ['OVERWRITE_SETTING_Livechat_titel', 'Help'],
  ['OVERWRITE_SETTING_Livechat_enabled', 'maybe'],
]

test('a value that cannot be used is refused in one sentence that names its variable', () => {
  for (const [name, value, others = {}] of WRONG) {
    assert.throws(
      () => readConfig({ ...others, [name]: value }),
      (error) => {
        assert.ok(error instanceof ConfigError, name)
        assert.match(error.message, new RegExp(`^[^.]*\\b${name}\\b.*\\.$`), error.message)
        assert.ok(!error.message.includes('topsecret'), error.message)
        return true
      },
      `${name}=${value}`,
    )
  }
})

test('every variable that can be wrong has a refusal above', () => {
  // Any text is a host, a folder, a name or a token; whether it serves shows when it is used.
  const free = ['HOST', 'DATA_DIR', 'ADMIN_NAME', 'METRICS_TOKEN']
  const refused = new Set(WRONG.map(([name]) => name))
  for (const { name } of VARIABLES) {
    const known = name === 'OVERWRITE_SETTING_<id>' || refused.has(name) || free.includes(name)
    assert.ok(known, name)
  }
})

test('empty values and blanks are as good as none', () => {
  const empty = Object.fromEntries(VARIABLES.map(({ name }) => [name, ' ']))
  delete empty['OVERWRITE_SETTING_<id>']
  const { overwrites: _, ...blank } = readConfig(empty)
  const { overwrites: __, ...none } = readConfig({})
  assert.deepEqual(blank, none)
})

test('proxies are a count, or addresses and ranges of both families', () => {
  const { trustedProxies } = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1, fd00::/8' })
  assert.deepEqual(trustedProxies, ['10.0.0.0/8', '::1', 'fd00::/8'])
  assert.equal(typeof readConfig({ TRUSTED_PROXIES: '2' }).trustedProxies, 'function')
})
