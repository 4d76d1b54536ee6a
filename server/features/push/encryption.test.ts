import assert from 'node:assert/strict'
import { createECDH, createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { createPushKeys, encryptPush, isReceiver, pushAuthorization } from './encryption.ts'

test('the example of RFC 8291 comes out as it is printed there', () => {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url')
  const receiver = {
    publicKey:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    authSecret: 'BTBZMqHH6r4Tts7J_aSIgg',
  }
  const salt = Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url')
  const body = encryptPush(receiver, 'When I grow up, I want to be a watermelon', { salt, pair })
  assert.equal(
    body.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
  assert.notDeepEqual(encryptPush(receiver, 'a'), encryptPush(receiver, 'a'), 'fresh each time')
})

test('the authorization is a token for the push service, signed with the key it names', () => {
  const keys = createPushKeys()
  const header = pushAuthorization(keys, {
    endpoint: 'https://push.example.com/send/1?x=y',
    contact: 'https://chat.example.com',
    expires: 1_800_000_000,
  })
  const [, head = '', body = '', signature = '', key] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? []
  assert.equal(key, keys.publicKey)
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
  assert.deepEqual(read(head), { typ: 'JWT', alg: 'ES256' })
  assert.deepEqual(read(body), {
    aud: 'https://push.example.com',
    exp: 1_800_000_000,
    sub: 'https://chat.example.com',
  })
  const point = Buffer.from(keys.publicKey, 'base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const proof = Buffer.from(signature, 'base64url')
  const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), options, proof))
  assert.ok(!verify('sha256', Buffer.from(`${head}.${body}x`), options, proof))
})

test('what is no point of the curve, or of another length, is no receiver', () => {
  const { publicKey } = createPushKeys()
  const authSecret = 'BTBZMqHH6r4Tts7J_aSIgg'
  assert.ok(isReceiver({ publicKey, authSecret }))
  const off = Buffer.from(publicKey, 'base64url')
  off[40] = (off[40] ?? 0) ^ 1
  for (const wrong of [
    { publicKey: off.toString('base64url'), authSecret },
    { publicKey: publicKey.slice(0, 40), authSecret },
    { publicKey: '', authSecret },
    { publicKey, authSecret: 'short' },
  ]) {
    assert.equal(isReceiver(wrong), false, JSON.stringify(wrong))
  }
})
