import { lockStart } from '../../cluster/start-lock.ts'
import type { Config } from '../../config.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId, newSecret } from '../../lib/ids.ts'
import type { Database, Reader } from '../../storage/database.ts'
import { ROLES } from '../roles/catalogue.ts'
import { createSetupLink } from '../setup/link.ts'
import { insertUser } from '../users/changes.ts'
import { hashPassword, passwordDigest } from './passwords.ts'

/** What the first start made up and must tell the operator once. */
export interface FirstRun {
  username: string
  /** Undefined when the environment gave it. */
  generatedPassword: string | undefined
  /** Of the set-up link; undefined when the environment gave the password. */
  setupSecret: string | undefined
}

/** Inserts the built-in roles that are missing; renamed ones stay renamed. */
export async function insertMissingRoles(db: Database, now: number): Promise<void> {
  await db.transact(async (tx) => {
    await lockStart(tx)
    const known = new Set(
      (await tx.q.selectFrom('role').select('id').execute()).map(({ id }) => id),
    )
    const rows = [...ROLES.values()]
      .filter(({ id }) => !known.has(id))
      .map((role) => ({
        id: role.id,
        name: role.name,
        scope: role.scope,
        description: role.description,
        mandatory2fa: 0 as const,
        protected: 1 as const,
        updated_at: isoTime(now),
      }))
    await tx.insertRows('role', rows)
  })
}

/**
 * On an empty installation creates the administrator of the environment and the system user that
 * signs system messages and cannot log in.
 * @returns what to print, or undefined when there are users already
 */
export async function seedUsers(
  db: Database,
  config: Config,
  now: number,
): Promise<FirstRun | undefined> {
  if (await db.read(hasUsers)) return undefined
  const { admin } = config
  const password = admin.password ?? newSecret().slice(0, 20)
  const passwordHash = await hashPassword(passwordDigest(password))
  const at = isoTime(now)
  const id = admin.id ?? newId(now)
  const made = await db.transact(async (tx) => {
    await lockStart(tx)
    // Another process, that started at the same moment, tells its operator.
    if (await hasUsers(tx)) return undefined
    await insertUser(tx, {
      id: 'rocket.cat',
      username: 'rocket.cat',
      name: 'Rocket.Cat',
      type: 'bot',
      passwordHash: null,
      roles: ['bot'],
      email: undefined,
      now: at,
    })
    await insertUser(tx, {
      id,
      username: admin.username,
      name: admin.name,
      type: 'user',
      passwordHash,
      roles: ['admin', 'user'],
      email: admin.email === undefined ? undefined : { address: admin.email, verified: true },
      now: at,
    })
    const link = admin.password === undefined
    return { secret: link ? await createSetupLink(tx, { id, passwordHash }, at) : undefined }
  })
  if (made === undefined) return undefined
  return {
    username: admin.username,
    generatedPassword: admin.password === undefined ? password : undefined,
    setupSecret: made.secret,
  }
}

async function hasUsers(reader: Reader): Promise<boolean> {
  return (await reader.rows('select id from "user" limit 1', [])).length > 0
}
