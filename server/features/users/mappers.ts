import type { Config } from '../../config.ts'
import type { Settings } from '../../context.ts'
import { SETTINGS, type SettingId } from '../settings/catalogue.ts'
import type * as wire from './shapes.ts'
import type { User } from './store.ts'

/** How much of a user is told: what colleagues see, or all that is not a secret. */
export type View = 'public' | 'full'

/** A user on the wire. This mapper decides who sees what; no view holds a secret. */
export function toWireUser(user: User, view: View): wire.User {
  return view === 'public' ? publicFields(user) : { ...publicFields(user), ...privateFields(user) }
}

/** A single user; his own view also says whether he has a password. */
export function toUserInfo(user: User, view: View, self: boolean): wire.UserInfo {
  return {
    ...toWireUser(user, view),
    canViewAllInfo: view === 'full',
    ...(self ? { services: { password: user.password_hash !== null } } : {}),
  }
}

export const toPresence = (user: User): wire.Presence => ({
  _id: user.id,
  username: user.username,
  name: user.name,
  status: effectiveStatus(user),
  statusText: user.status_text,
})

/** The signed-in user as a login answers him. */
export function toLoginMe(config: Config, settings: Settings, user: User): wire.LoginMe {
  const preferences = preferencesOf(settings, user)
  const email = user.emails.find(({ verified }) => verified)?.address
  return {
    ...toWireUser(user, 'full'),
    ...(email === undefined ? {} : { email }),
    avatarUrl: `${config.rootUrl}/avatar/${encodeURIComponent(user.username)}`,
    enableAutoAway: preferences['enableAutoAway'] === true,
    idleTimeLimit: Number(preferences['idleTimeLimit']),
    settings: { profile: {}, preferences },
    isOAuthUser: false,
    banners: {},
  }
}

/** The signed-in user as `me` answers him. */
export const toMe = (config: Config, settings: Settings, user: User): wire.Me => ({
  ...toLoginMe(config, settings, user),
  services: { password: { exists: user.password_hash !== null } },
})

/** What others see: a deactivated user is not there, whatever he last said. */
export const effectiveStatus = (user: User): User['status'] =>
  user.active === 1 ? user.status : 'offline'

function publicFields(user: User): wire.User {
  return {
    _id: user.id,
    username: user.username,
    name: user.name,
    ...(user.nickname === null ? {} : { nickname: user.nickname }),
    ...(user.bio === null ? {} : { bio: user.bio }),
    status: effectiveStatus(user),
    statusText: user.status_text,
    ...(user.availability === null ? {} : { statusLivechat: user.availability }),
    type: user.type,
    active: user.active === 1,
  }
}

const privateFields = (user: User): Partial<wire.User> => ({
  emails: user.emails,
  roles: user.roles,
  statusConnection: effectiveStatus(user),
  statusDefault: user.chosen_status ?? user.status,
  createdAt: user.created_at,
  ...(user.last_login_at === null ? {} : { lastLogin: user.last_login_at }),
  requirePasswordChange: user.require_password_change === 1,
  ...(user.language === null ? {} : { language: user.language }),
  customFields: jsonObject(user.custom_fields),
  _updatedAt: user.updated_at,
})

const PREFIX = 'Accounts_Default_User_Preferences_'
const DEFAULTS: readonly [key: string, id: SettingId][] = [...SETTINGS.keys()]
  .filter((id) => id.startsWith(PREFIX))
  .map((id) => [id.slice(PREFIX.length), id])

/** The defaults of the installation under the user's own choices: always complete. */
export function preferencesOf(settings: Settings, user: User): Record<string, unknown> {
  return {
    ...Object.fromEntries(DEFAULTS.map(([key, id]) => [key, defaultOf(key, settings.get(id))])),
    ...(user.language === null ? {} : { language: user.language }),
    ...jsonObject(user.preferences),
  }
}

// The one default that is a list kept as text.
const defaultOf = (key: string, value: unknown): unknown => {
  if (key !== 'featuresPreview' || typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return []
  }
}

export const jsonObject = (text: string | null): Record<string, unknown> =>
  text === null ? {} : (JSON.parse(text) as Record<string, unknown>)
