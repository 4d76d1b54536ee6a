import { argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const MEMORY_KIB = 19_456
const PASSES = 2
const TAG_BYTES = 32
const SALT_BYTES = 16
/** More hashes at once would let a burst of logins take all memory. */
const CONCURRENT = 2

/** The form in which both login variants meet: lower-case hex SHA-256 of the password. */
export const passwordDigest = (password: string): string =>
  createHash('sha256').update(password).digest('hex')

/** `argon2id$<memory KiB>$<passes>$<salt>$<tag>`, the salt and tag in base64url. */
export async function hashPassword(digest: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derive(digest, salt, MEMORY_KIB, PASSES)
  const fields = [
    'argon2id',
    MEMORY_KIB,
    PASSES,
    salt.toString('base64url'),
    tag.toString('base64url'),
  ]
  return fields.join('$')
}

/**
 * Whether the digest belongs to the stored hash. Without a stored hash the same work is done and
 * the answer is no, so that an unknown user takes as long as a wrong password.
 */
export async function verifyPassword(digest: string, stored: string | null): Promise<boolean> {
  const [, memory, passes, salt, tag] = (stored ?? '').split('$')
  const expected = Buffer.from(tag ?? '', 'base64url')
  const actual = await derive(
    digest,
    stored === null ? Buffer.alloc(SALT_BYTES) : Buffer.from(salt ?? '', 'base64url'),
    stored === null ? MEMORY_KIB : Number(memory),
    stored === null ? PASSES : Number(passes),
  )
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

let running = 0
const waiting: (() => void)[] = []

async function derive(
  digest: string,
  nonce: Buffer,
  memory: number,
  passes: number,
): Promise<Buffer> {
  if (running >= CONCURRENT) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  }
  running++
  try {
    return await new Promise((resolve, reject) => {
      const parameters = {
        message: digest,
        nonce,
        memory,
        passes,
        parallelism: 1,
        tagLength: TAG_BYTES,
      }
      argon2('argon2id', parameters, (error, tag) => {
        if (error) reject(error)
        else resolve(tag)
      })
    })
  } finally {
    running--
    waiting.shift()?.()
  }
}
