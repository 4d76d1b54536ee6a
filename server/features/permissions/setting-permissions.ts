import { SETTINGS } from '../settings/catalogue.ts'
import type { SettingId } from '../settings/catalogue.ts'

/** The permission to change one setting; nobody has it in a new installation. */
export interface SettingPermission {
  readonly id: `change-setting-${SettingId}`
  readonly settingId: SettingId
  readonly group: string
  readonly section: string
}

/**
 * One permission for every setting that is not hidden, in the order of the settings (settings
 * catalogue of the reference, section b). It counts together with `manage-selected-settings`.
 */
export function listSettingPermissions(): SettingPermission[] {
  return [...SETTINGS]
    .filter(([, { hidden }]) => !hidden)
    .map(([settingId, { group, section }]) => ({
      id: `change-setting-${settingId}`,
      settingId,
      group,
      section,
    }))
}
