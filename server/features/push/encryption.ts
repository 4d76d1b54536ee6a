import {
  createCipheriv,
  createECDH,
  createPrivateKey,
  hkdfSync,
  randomBytes,
  sign,
  type ECDH,
} from 'node:crypto'

const CURVE = 'prime256v1'
const POINT_BYTES = 65
const AUTH_BYTES = 16
const RECORD_SIZE = 4096
/** The delimiter of the last record, then nothing. */
const LAST_RECORD = Buffer.from([2])

/** A pair of this server's keys, both in base64url: the raw point, and the raw scalar. */
export interface PushKeys {
  publicKey: string
  privateKey: string
}

/** What a browser gave to encrypt for it, in base64url. */
export interface Receiver {
  publicKey: string
  authSecret: string
}

/** Makes up the keys by which push services know this server (RFC 8292). */
export function createPushKeys(): PushKeys {
  const pair = createECDH(CURVE)
  pair.generateKeys()
  const scalar = pair.getPrivateKey()
  // Leading zeros are left out of a number, and belong into a key.
  const whole = Buffer.concat([Buffer.alloc(32 - scalar.length), scalar])
  return { publicKey: pair.getPublicKey('base64url'), privateKey: whole.toString('base64url') }
}

/** Whether a browser's keys have the form that encryption needs. */
export function isReceiver({ publicKey, authSecret }: Receiver): boolean {
  const point = Buffer.from(publicKey, 'base64url')
  if (point.length !== POINT_BYTES || Buffer.from(authSecret, 'base64url').length !== AUTH_BYTES) {
    return false
  }
  try {
    const pair = createECDH(CURVE)
    pair.generateKeys()
    pair.computeSecret(point)
    return true
  } catch {
    return false
  }
}

/** Fixed in tests, so that a published example can be compared. */
export interface Randomness {
  salt: Buffer
  pair: ECDH
}

function freshRandomness(): Randomness {
  const pair = createECDH(CURVE)
  pair.generateKeys()
  return { salt: randomBytes(16), pair }
}

/**
 * Encrypts a text so that only the browser reads it (RFC 8291): the body of a push message in the
 * coding `aes128gcm` (RFC 8188). The text is at most 3900 bytes.
 */
export function encryptPush(
  receiver: Receiver,
  text: string,
  { salt, pair }: Randomness = freshRandomness(),
): Buffer {
  const theirs = Buffer.from(receiver.publicKey, 'base64url')
  const ours = pair.getPublicKey()
  const secret = pair.computeSecret(theirs)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours])
  const auth = Buffer.from(receiver.authSecret, 'base64url')
  const shared = Buffer.from(hkdfSync('sha256', secret, auth, info, 32))
  const derive = (label: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', shared, salt, `Content-Encoding: ${label}\0`, bytes))
  const cipher = createCipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  const header = Buffer.alloc(5)
  header.writeUInt32BE(RECORD_SIZE)
  header.writeUInt8(ours.length, 4)
  return Buffer.concat([
    salt,
    header,
    ours,
    cipher.update(text, 'utf8'),
    cipher.update(LAST_RECORD),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

/**
 * The `Authorization` of a push message: a token for the push service alone, good until `expires`
 * (seconds since the epoch, at most a day ahead).
 */
export function pushAuthorization(
  keys: PushKeys,
  claims: { endpoint: string; contact: string; expires: number },
): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { origin } = new URL(claims.endpoint)
  const head = encode({ typ: 'JWT', alg: 'ES256' })
  const body = encode({ aud: origin, exp: claims.expires, sub: claims.contact })
  const point = Buffer.from(keys.publicKey, 'base64url')
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
      d: keys.privateKey,
    },
  })
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key,
    dsaEncoding: 'ieee-p1363',
  })
  return `vapid t=${head}.${body}.${signature.toString('base64url')}, k=${keys.publicKey}`
}
