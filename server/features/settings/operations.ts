import type { AppContext, Caller } from '../../context.ts'
import { ApiError, unauthorized } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import type { PermissionId } from '../permissions/catalogue.ts'
import { isSettingId, SETTINGS, type SettingDefinition, type SettingId } from './catalogue.ts'
import { checkedValue, shownValue, writeSetting } from './change.ts'
import { SETTINGS_IN_USE } from './in-use.ts'
import type { StoredSettings } from './store.ts'

/** A setting as a reader may see it. */
export interface ReadableSetting {
  id: SettingId
  value: unknown
}

export interface SettingsPage {
  settings: ReadableSetting[]
  offset: number
  total: number
}

/** The public settings, or those of them that `ids` names. */
export function listPublicSettings(
  ctx: AppContext,
  query: PageQuery & { ids: readonly string[] | undefined },
): SettingsPage {
  const { ids } = query
  const wanted = ids === undefined ? undefined : new Set(ids)
  return pageOfSettings(
    ctx,
    query,
    (definition) => definition.public && (wanted === undefined || wanted.has(definition.id)),
  )
}

/** Everything the caller may read; the public settings at least. */
export function listReadableSettings(
  ctx: AppContext,
  caller: Caller,
  query: PageQuery,
): SettingsPage {
  const all = ctx.permissions.allow(caller.roles, 'view-privileged-setting')
  return pageOfSettings(ctx, query, ({ public: isPublic }) => all || isPublic)
}

function pageOfSettings(
  ctx: AppContext,
  query: PageQuery,
  wanted: (definition: SettingDefinition) => boolean,
): SettingsPage {
  const page = pageOf(ctx.settings, query, { allowed: { _id: 'id' }, default: [['id', 'asc']] })
  const ids = [...SETTINGS]
    .filter(([, definition]) => definition.hidden !== true && wanted(definition))
    .map(([id]) => id)
    .sort()
  if (page.order[0]?.[1] === 'desc') ids.reverse()
  const end = page.limit === undefined ? undefined : page.offset + page.limit
  return {
    settings: ids.slice(page.offset, end).map((id) => readable(ctx, id)),
    offset: page.offset,
    total: ids.length,
  }
}

/** A setting with everything that an editor of it needs to know. */
export interface DescribedSetting {
  definition: SettingDefinition
  value: unknown
  /** Held by the environment. */
  held: boolean
}

/** Every setting that something in this release obeys, in the order of the catalogue. */
export const describeSettings = (ctx: AppContext): DescribedSetting[] =>
  [...SETTINGS]
    .filter(([id]) => SETTINGS_IN_USE.has(id))
    .map(([id, definition]) => ({
      definition,
      value: shownValue(ctx, id),
      held: ctx.config.overwrites.has(id),
    }))

/** One setting. @throws TextError 403, ApiError `error-setting-not-found` */
export function readSetting(ctx: AppContext, caller: Caller, id: string): ReadableSetting {
  requireAccess(ctx, caller, 'view-privileged-setting', id)
  const { id: known } = visibleDefinition(id)
  return readable(ctx, known)
}

/** What a caller sends to change a setting. */
export interface SettingChange {
  value: unknown
  /** Press the button that the setting is. */
  execute: boolean
}

/**
 * Stores a value of the setting's exact type; it holds from the next request on.
 * @throws TextError 403, ApiError `error-setting-not-found`, `error-invalid-setting-value`,
 * `error-action-not-allowed` where the environment holds the setting
 */
export async function changeSetting(
  ctx: AppContext,
  settings: StoredSettings,
  caller: Caller,
  id: string,
  change: SettingChange,
): Promise<void> {
  requireAccess(ctx, caller, 'edit-privileged-setting', id)
  const { id: known, definition } = visibleDefinition(id)
  if (definition.type === 'action') {
    if (change.execute) return
    throw invalidValue(`${id} is a button: send {"execute": true} to press it.`)
  }
  const value = checkedValue(ctx, definition, change.value)
  if (value === undefined) return
  await ctx.db.transact((tx) => writeSetting(ctx, settings, tx, caller, known, value))
}

const readable = (ctx: AppContext, id: SettingId): ReadableSetting => ({
  id,
  value: shownValue(ctx, id),
})

function visibleDefinition(id: string): { id: SettingId; definition: SettingDefinition } {
  const definition = isSettingId(id) ? SETTINGS.get(id) : undefined
  if (!isSettingId(id) || definition === undefined || definition.hidden === true) {
    throw new ApiError('error-setting-not-found')
  }
  return { id, definition }
}

function requireAccess(
  ctx: AppContext,
  { roles }: Caller,
  permission: PermissionId,
  id: string,
): void {
  if (ctx.permissions.allow(roles, permission)) return
  const selected =
    ctx.permissions.allow(roles, 'manage-selected-settings') &&
    // Derived from the settings' ids, hence not among the permissions of the catalogue.
    ctx.permissions.allow(roles, `change-setting-${id}` as PermissionId)
  if (!selected) throw unauthorized()
}

const invalidValue = (reason: string): ApiError =>
  new ApiError('error-invalid-setting-value', { reason })
