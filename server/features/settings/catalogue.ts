import { accountsSettings } from './catalogue/accounts.ts'
import type { SettingDefinition } from './catalogue/definition.ts'
import { emailSettings } from './catalogue/email.ts'
import { fileUploadSettings } from './catalogue/file-upload.ts'
import { foyerSettings } from './catalogue/foyer.ts'
import { generalSettings } from './catalogue/general.ts'
import { laterSettings } from './catalogue/later.ts'
import { messageSettings } from './catalogue/message.ts'
import { omnichannelSettings } from './catalogue/omnichannel.ts'
import { preferenceSettings } from './catalogue/preferences.ts'
import { restApiSettings } from './catalogue/rest-api.ts'
import { smsSettings } from './catalogue/sms.ts'
import { webrtcSettings } from './catalogue/webrtc.ts'

export type { AnySettingValue, SettingDefinition, TextSetting } from './catalogue/definition.ts'

const catalogue = [
  ...omnichannelSettings,
  ...smsSettings,
  ...webrtcSettings,
  ...messageSettings,
  ...fileUploadSettings,
  ...restApiSettings,
  ...emailSettings,
  ...accountsSettings,
  ...preferenceSettings,
  ...generalSettings,
  ...laterSettings,
  ...foyerSettings,
] as const

type CatalogueEntry = (typeof catalogue)[number]

/** The id of a setting that exists. */
export type SettingId = CatalogueEntry['id']

type ValueById = { [Entry in CatalogueEntry as Entry['id']]: Entry['default'] }

/** What the setting holds: a select holds the union of its values, a multiSelect strings. */
export type SettingValue<Id extends SettingId = SettingId> = ValueById[Id]

/** Every setting by its id, in the order of the catalogue (section a, then ours). */
export const SETTINGS: ReadonlyMap<SettingId, SettingDefinition> = new Map(
  catalogue.map((definition): [SettingId, SettingDefinition] => [definition.id, definition]),
)

/** Whether a text from outside names a setting. */
export function isSettingId(text: string): text is SettingId {
  return (SETTINGS as ReadonlyMap<string, SettingDefinition>).has(text)
}
