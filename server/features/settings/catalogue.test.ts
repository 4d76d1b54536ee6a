import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS, isSettingId } from './catalogue.ts'
import type { SettingId, SettingValue } from './catalogue.ts'
import { accountsSettings } from './catalogue/accounts.ts'
import { emailSettings } from './catalogue/email.ts'
import { fileUploadSettings } from './catalogue/file-upload.ts'
import { foyerSettings } from './catalogue/foyer.ts'
import { generalSettings } from './catalogue/general.ts'
import { laterSettings } from './catalogue/later.ts'
import { messageSettings } from './catalogue/message.ts'
import { omnichannelSettings } from './catalogue/omnichannel.ts'
import { preferenceSettings } from './catalogue/preferences.ts'
import { restApiSettings } from './catalogue/rest-api.ts'
import { smsSettings } from './catalogue/sms.ts'
import { webrtcSettings } from './catalogue/webrtc.ts'
import { checkSettingValue } from './conversion.ts'

test('every table of the catalogue is complete and no id stands twice', () => {
  const tables = [
    [omnichannelSettings, 106],
    [smsSettings, 17],
    [webrtcSettings, 6],
    [messageSettings, 44],
    [fileUploadSettings, 40],
    [restApiSettings, 38],
    [emailSettings, 50],
    [accountsSettings, 99],
    [preferenceSettings, 34],
    [generalSettings, 43],
    [laterSettings, 8],
    [foyerSettings, 24],
  ] as const

  for (const [table, rows] of tables) assert.equal(table.length, rows, table[0].id)
  const total = tables.reduce((sum, [, rows]) => sum + rows, 0)
  assert.equal(SETTINGS.size, total, 'an id that stands twice makes the map smaller')
})

test('every default can be stored in its own setting', () => {
  for (const [id, definition] of SETTINGS) {
    if (definition.hidden || definition.readonly || definition.type === 'action') continue
    const check = checkSettingValue(definition, definition.default)
    assert.ok(check.ok, `${id}: ${check.ok ? '' : check.reason}`)
    assert.deepEqual(check.value, definition.default)
  }
})

test('the choices of a setting are distinct and hold its default', () => {
  for (const [id, definition] of SETTINGS) {
    if (definition.type !== 'select' && definition.type !== 'multiSelect') continue
    assert.equal(new Set(definition.values).size, definition.values.length, id)
    for (const value of [definition.default].flat())
      assert.ok(definition.values.includes(value), id)
  }
})

test('what is secret, generated or hidden is not public', () => {
  const openToAll = ['Site_Url', 'uniqueID']
  for (const [id, definition] of SETTINGS) {
    const kept =
      definition.secret ??
      definition.hidden ??
      (definition.type === 'password' || (definition.generated && !openToAll.includes(id)))
    assert.ok(!(kept && definition.public), id)
  }
})

test('the settings that differ from the reference on purpose', () => {
  assert.equal(SETTINGS.get('Livechat_agent_leave_action')?.default, 'forward')
  assert.equal(SETTINGS.get('Livechat_secret_token')?.generated, true)
  assert.equal(SETTINGS.get('Site_Url')?.fromRootUrl, true)
  assert.equal(SETTINGS.get('uniqueID')?.generated, true)
  assert.equal(SETTINGS.get('WebRTC_Servers')?.default, '')
  assert.equal(SETTINGS.get('Livechat_allow_delete_without_token')?.public, false)
})

test('the lead expressions survived their way from the table', () => {
  const expression = (id: 'Livechat_lead_email_regex' | 'Livechat_lead_phone_regex') =>
    new RegExp(String(SETTINGS.get(id)?.default), 'gi')

  assert.deepEqual(
    'write to ann@mail.example.com!'.match(expression('Livechat_lead_email_regex')),
    ['ann@mail.example.com'],
  )
  assert.deepEqual('call (11) 5555-1234 or nobody'.match(expression('Livechat_lead_phone_regex')), [
    '(11) 5555-1234',
  ])
})

test('definitions cannot be changed by who reads them', () => {
  for (const [id, definition] of SETTINGS) {
    assert.ok(Object.isFrozen(definition), id)
    if ('values' in definition) assert.ok(Object.isFrozen(definition.values), id)
    if (Array.isArray(definition.default)) assert.ok(Object.isFrozen(definition.default), id)
  }
})

test('a text is told from the id of a setting', () => {
  assert.ok(isSettingId('Livechat_enabled'))
  assert.ok(!isSettingId('constructor'))
})

test('the type of a value follows from the id', () => {
  const holds = <Id extends SettingId>(id: Id, value: SettingValue<Id>) => {
    const definition = SETTINGS.get(id)
    assert.ok(definition && checkSettingValue(definition, value).ok, id)
  }
  holds('Livechat_enabled', true)
  holds('Livechat_http_timeout', 5000)
  holds('Livechat_title', 'Foyer')
  holds('Livechat_agent_leave_action', 'forward')
  holds('Livechat_hide_system_messages', ['uj'])

  // @ts-expect-error a boolean setting holds no text
  assert.throws(() => holds('Livechat_enabled', 'true'))
  // @ts-expect-error a select holds only its values
  assert.throws(() => holds('Livechat_agent_leave_action', 'sleep'))
})
