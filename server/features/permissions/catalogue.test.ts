import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from '../roles/catalogue.ts'
import { SETTINGS } from '../settings/catalogue.ts'
import { PERMISSIONS } from './catalogue.ts'
import { listSettingPermissions } from './setting-permissions.ts'

test('every permission stands once, with the four tables complete', () => {
  const later = 2
  assert.equal(PERMISSIONS.size, 64 + 43 + 50 + 32 + later)
})

test('default roles exist, and none is named twice', () => {
  const known = new Set<string>(ROLES.keys())
  for (const [id, roles] of PERMISSIONS) {
    assert.equal(new Set(roles).size, roles.length, id)
    for (const role of roles) assert.ok(known.has(role), `${id}: ${role}`)
    assert.ok(Object.isFrozen(roles), id)
  }
})

test('an agent reads his rooms, a manager manages agents, nobody adds to private rooms', () => {
  assert.ok(PERMISSIONS.get('view-l-room')?.includes('livechat-agent'))
  assert.ok(!PERMISSIONS.get('manage-livechat-agents')?.includes('livechat-agent'))
  assert.deepEqual(PERMISSIONS.get('add-user-to-any-p-room'), [])
  assert.ok(!PERMISSIONS.get('remove-closed-livechat-room')?.includes('livechat-monitor'))
  assert.ok(PERMISSIONS.get('remove-closed-livechat-rooms')?.includes('livechat-monitor'))
})

test('every setting that is not hidden has its permission', () => {
  const permissions = listSettingPermissions()
  const hidden = [...SETTINGS.values()].filter((definition) => definition.hidden)
  assert.equal(permissions.length, SETTINGS.size - hidden.length)
  assert.deepEqual(permissions[0], {
    id: 'change-setting-Livechat_enabled',
    settingId: 'Livechat_enabled',
    group: 'Omnichannel',
    section: 'master',
  })
  assert.ok(!permissions.some(({ settingId }) => settingId === 'Livechat_guest_count'))
  assert.ok(!permissions.some(({ id }) => (PERMISSIONS as ReadonlyMap<string, unknown>).has(id)))
})
