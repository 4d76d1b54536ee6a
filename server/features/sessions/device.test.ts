import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const EDGE =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0'

test('a user agent is recognised well enough for its owner', () => {
  assert.deepEqual(deviceOf(SAFARI), {
    type: 'browser',
    name: 'Safari',
    version: '18.5',
    os: { name: 'iOS', version: '18.5' },
  })
  assert.deepEqual(deviceOf(EDGE), {
    type: 'browser',
    name: 'Edge',
    version: '138.0.0.0',
    os: { name: 'Windows', version: '10.0' },
  })
  assert.deepEqual(deviceOf('curl/8.5.0'), {
    type: 'other',
    name: 'curl',
    version: '8.5.0',
    os: { name: '', version: '' },
  })
  assert.equal(deviceOf('').name, '')
})
