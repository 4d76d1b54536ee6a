import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import type { Tx } from '../../storage/database.ts'
import { recordAudit } from '../audit/store.ts'
import {
  SETTINGS,
  type AnySettingValue,
  type SettingDefinition,
  type SettingId,
} from './catalogue.ts'
import { checkSettingValue } from './conversion.ts'
import type { StoredSettings } from './store.ts'

/** Stands for the text of a secret that is set. Storing the mask itself changes nothing. */
const SECRET_MASK = '********'

/** Whether the text must not leave the server again. */
const isSecretText = (definition: SettingDefinition): boolean =>
  typeof definition.default === 'string' &&
  (definition.secret === true || definition.type === 'password')

/** What a reader of a setting is shown: the mask in place of a secret. */
export function shownValue(ctx: AppContext, id: SettingId): AnySettingValue {
  const value: AnySettingValue = ctx.settings.get(id)
  const definition = SETTINGS.get(id)
  const masked = definition !== undefined && isSecretText(definition) && value !== ''
  return masked ? SECRET_MASK : value
}

/**
 * A value from outside as the setting can hold it; undefined when it is the mask of a secret, which
 * changes nothing.
 * @throws ApiError `error-invalid-setting-value`, `error-action-not-allowed` where the environment
 * holds the setting
 */
export function checkedValue(
  ctx: AppContext,
  definition: SettingDefinition & { id: string },
  value: unknown,
): AnySettingValue | undefined {
  const id = definition.id as SettingId
  if (ctx.config.overwrites.has(id)) {
    throw new ApiError('error-action-not-allowed', {
      reason: `${id} is held by the environment variable OVERWRITE_SETTING_${id} and cannot be changed here`,
    })
  }
  if (isSecretText(definition) && value === SECRET_MASK) return undefined
  const check = checkSettingValue(definition, value)
  if (!check.ok) throw new ApiError('error-invalid-setting-value', { reason: check.reason })
  return check.value
}

/** Stores a checked value and who did that, in the caller's transaction. */
export async function writeSetting(
  ctx: AppContext,
  settings: StoredSettings,
  tx: Tx,
  caller: Caller,
  id: SettingId,
  value: AnySettingValue,
): Promise<void> {
  const now = ctx.clock.now()
  await settings.set(tx, id, value, now)
  // Any text may hold a secret: an address with a password, a key in a script.
  const details = isText(id) ? {} : { value }
  await recordAudit(tx, now, { by: caller, action: 'setting.changed', target: id, details })
}

const isText = (id: SettingId): boolean => {
  const definition = SETTINGS.get(id)
  return (
    definition === undefined ||
    (typeof definition.default === 'string' && definition.type !== 'select')
  )
}
