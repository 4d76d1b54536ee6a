/** A role as the server is born with it. */
export interface RoleDefinition {
  readonly id: string
  readonly name: string
  /** `Users`: holds everywhere. `Subscriptions`: holds in the room whose subscription names it. */
  readonly scope: 'Users' | 'Subscriptions'
  readonly description: string
  readonly mandatory2fa: boolean
  /** A protected role may be renamed or described, never deleted. */
  readonly protected: boolean
}

const builtIn = <Id extends string>(id: Id, scope: RoleDefinition['scope'], description = '') =>
  Object.freeze({ id, name: id, scope, description, mandatory2fa: false, protected: true })

const catalogue = [
  builtIn('admin', 'Users', 'Admin'),
  builtIn('moderator', 'Subscriptions', 'Moderator'),
  builtIn('leader', 'Subscriptions', 'Leader'),
  builtIn('owner', 'Subscriptions', 'Owner'),
  builtIn('user', 'Users'),
  builtIn('bot', 'Users'),
  builtIn('app', 'Users'),
  builtIn('guest', 'Users'),
  builtIn('anonymous', 'Users'),
  builtIn('livechat-agent', 'Users', 'Livechat Agent'),
  builtIn('livechat-manager', 'Users', 'Livechat Manager'),
  builtIn('livechat-monitor', 'Users'),
] as const

/** The id of a built-in role; roles made by an administrator have others. */
export type BuiltInRoleId = (typeof catalogue)[number]['id']

/** The built-in roles by id (settings catalogue of the reference, section c). */
export const ROLES: ReadonlyMap<BuiltInRoleId, RoleDefinition> = new Map(
  catalogue.map((role): [BuiltInRoleId, RoleDefinition] => [role.id, role]),
)
