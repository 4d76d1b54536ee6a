import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SETTINGS } from './catalogue.ts'
import type { SettingDefinition, SettingId, TextSetting } from './catalogue.ts'
import { InvalidSettingError, checkSettingValue, parseEnvironmentValue } from './conversion.ts'

function setting(id: SettingId): SettingDefinition {
  const definition = SETTINGS.get(id)
  assert.ok(definition)
  return definition
}

function textSetting(type: TextSetting['type']): SettingDefinition {
  return { id: 'Tried', type, default: '', group: 'Test', section: 'test', public: false }
}

function check(definition: SettingDefinition, accepted: unknown[], refused: unknown[]): void {
  for (const value of accepted) {
    assert.deepEqual(checkSettingValue(definition, value), { ok: true, value })
  }
  for (const value of refused) {
    const result = checkSettingValue(definition, value)
    assert.ok(!result.ok, `${definition.id} took ${JSON.stringify(value)?.slice(0, 80)}`)
    assert.ok(result.reason.startsWith(`${definition.id} `))
    assert.match(result.reason, /^[^\n]+\.$/)
  }
}

test('a value has exactly the type of its setting', () => {
  check(setting('Livechat_enabled'), [true, false], ['true', 1, null, undefined, {}])
  check(
    setting('Livechat_http_timeout'),
    [-1, 0, 1e9],
    [-2, 1e9 + 1, 0.5, '5', Number.NaN, Number.POSITIVE_INFINITY, null],
  )
  check(setting('Foyer_rate_user_per_minute'), [1, 600], [0, -1])
  check({ ...textSetting('string'), type: 'timespan', default: 0 }, [0, 60_000], [-1, '60000'])
  check(
    setting('Livechat_title'),
    ['', 'Hello', 'x'.repeat(5000)],
    ['x'.repeat(5001), 7, ['a'], null],
  )
  check(setting('Email_Header'), ['é'.repeat(50_000)], ['é'.repeat(50_001)])
})

test('a choice is made from the offered values', () => {
  check(
    setting('Livechat_Routing_Method'),
    ['Auto_Selection', 'Load_Rotation'],
    ['external', 'External', '', ['Auto_Selection'], null],
  )
  check(
    setting('Livechat_hide_system_messages'),
    [[], ['uj'], ['livechat-close', 'uj']],
    [['uj', 'uj'], ['toString'], 'uj', [['uj']], { 0: 'uj' }, Array(10_000).fill('uj')],
  )
})

test('text that a database or a style sheet could not bear is refused', () => {
  check(setting('Livechat_title'), ['\u{1F600}'], ['a\0b', '\uD83D'])
  check(setting('Email_Header'), ['<b>'], ['a\0b', '\uD83D'])
  check(
    setting('Livechat_title_color'),
    ['#abc', '#ABCD', '#c1272d', '#c1272dff', 'rgb(1, 2, 3)', 'hsla(120deg 50% 50% / .5)', 'teal'],
    ['', '#ab', '#12345', 'red;x', 'url(//x)', 'rgb(1);b:c', 'rgb(', `rgb(${'1'.repeat(100)})`],
  )
  check(textSetting('relativeUrl'), ['', '/chat'], ['chat', 'https://example.com'])
})

test('languages, time zones and expressions are known or compile', () => {
  check(setting('Language'), ['', 'en', 'pt-BR', 'zh-Hant-TW'], ['e', 'pt_BR', 'en us'])
  check(
    setting('Default_Custom_Timezone'),
    ['', 'UTC', 'Europe/Berlin', 'Asia/Kolkata'],
    ['Mars/Base', '+02:00', ' '],
  )
  check(setting('Livechat_lead_phone_regex'), ['', '[0-9]+'], ['[0-9', '(?<'])
})

test('hidden, readonly and action settings are refused whatever the value', () => {
  check(setting('Livechat_guest_count'), [], [1, 2, null])
  check(setting('Show_Setup_Wizard'), [], ['pending', 'completed'])
  check(setting('SMTP_Test_Button'), [], ['sendSMTPTestEmail', ''])
})

test('what the environment says is read by the type of the setting', () => {
  const reads: [SettingId, string, unknown][] = [
    ['Livechat_enabled', 'true', true],
    ['Livechat_enabled', 'false', false],
    ['Livechat_max_queue_wait_time', '-1', -1],
    ['Livechat_http_timeout', '010', 10],
    ['Livechat_title', ' true ', ' true '],
    ['Show_Setup_Wizard', 'completed', 'completed'],
    ['Livechat_hide_system_messages', 'uj, ul', ['uj', 'ul']],
    ['Livechat_hide_system_messages', '["uj","ul"]', ['uj', 'ul']],
    ['Livechat_hide_system_messages', ' ', []],
  ]
  for (const [id, text, value] of reads) {
    assert.deepEqual(parseEnvironmentValue(setting(id), text), value)
  }
})

test('what the environment got wrong is told by name, without the value', () => {
  const mistakes: [SettingId, string, RegExp][] = [
    ['Livechat_enabled', 'TRUE', /^Livechat_enabled must be true or false\.$/],
    ['Livechat_enabled', '', /true or false/],
    ['Livechat_http_timeout', '0x10', /^Livechat_http_timeout must be a whole number from -1/],
    ['Livechat_http_timeout', '1e3', /whole number/],
    ['Livechat_http_timeout', '9'.repeat(400), /whole number/],
    ['Livechat_agent_leave_action', 'sleep', /one of: none, forward, close\.$/],
    ['Livechat_hide_system_messages', '["uj"', /each once, some of: uj, ul/],
    ['Livechat_hide_system_messages', 'uj,,ul', /some of/],
    ['SMTP_Password', `secret${'x'.repeat(5000)}`, /^(?!.*secretx)SMTP_Password must have/],
    ['SMTP_Test_Button', 'x', /is a button/],
  ]
  for (const [id, text, message] of mistakes) {
    assert.throws(
      () => parseEnvironmentValue(setting(id), text),
      (error) => error instanceof InvalidSettingError && message.test(error.message),
      `${id}=${text.slice(0, 20)}`,
    )
  }
})

const anySetting = fc.constantFrom(...SETTINGS.values())

test('any JSON value is answered, and what is accepted comes back as it was', () => {
  fc.assert(
    fc.property(anySetting, fc.oneof(fc.jsonValue(), fc.anything()), (definition, value) => {
      const result = checkSettingValue(definition, value)
      if (result.ok) assert.deepEqual(result.value, value)
      else assert.ok(result.reason.length > 0)
    }),
    { numRuns: 3000 },
  )
})

test('any text of the environment is read or refused as a mistake of the operator', () => {
  fc.assert(
    fc.property(anySetting, fc.string({ unit: 'binary' }), (definition, text) => {
      try {
        parseEnvironmentValue(definition, text)
      } catch (error) {
        assert.ok(error instanceof InvalidSettingError)
      }
    }),
    { numRuns: 1000 },
  )
})
