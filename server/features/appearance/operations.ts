import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { SETTINGS, type AnySettingValue, type SettingId } from '../settings/catalogue.ts'
import { checkedValue, shownValue, writeSetting } from '../settings/change.ts'
import type { StoredSettings } from '../settings/store.ts'

/** What managers may change without the permission for settings. */
const APPEARANCE: ReadonlySet<SettingId> = new Set<SettingId>([
  'Livechat_title',
  'Livechat_title_color',
  'Livechat_widget_position',
  'Livechat_background',
  'Livechat_hide_watermark',
  'Livechat_hide_system_messages',
  'Livechat_show_agent_info',
  'Livechat_show_agent_email',
  'Livechat_display_offline_form',
  'Livechat_offline_form_unavailable',
  'Livechat_offline_message',
  'Livechat_offline_title',
  'Livechat_offline_title_color',
  'Livechat_offline_email',
  'Livechat_offline_success_message',
  'Livechat_registration_form',
  'Livechat_name_field_registration_form',
  'Livechat_email_field_registration_form',
  'Livechat_registration_form_message',
  'Livechat_conversation_finished_message',
  'Livechat_conversation_finished_text',
  'Livechat_enable_message_character_limit',
  'Livechat_message_character_limit',
  'Omnichannel_allow_visitors_to_close_conversation',
])

/** A setting and its value, as a manager reads or sends it. */
export interface AppearanceSetting {
  id: string
  value: unknown
}

/** The settings of the appearance as they hold now. */
export const readAppearance = (ctx: AppContext): AppearanceSetting[] =>
  [...APPEARANCE].map((id) => ({ id, value: shownValue(ctx, id) }))

/**
 * Stores settings of the appearance: all of them, or none.
 * @throws ApiError `invalid-setting` for any other, `error-invalid-setting-value`,
 * `error-action-not-allowed` where the environment holds the setting
 */
export async function saveAppearance(
  ctx: AppContext,
  settings: StoredSettings,
  caller: Caller,
  changes: readonly AppearanceSetting[],
): Promise<void> {
  const values = new Map<SettingId, AnySettingValue>()
  for (const change of changes) {
    const id = change.id as SettingId
    const definition = APPEARANCE.has(id) ? SETTINGS.get(id) : undefined
    if (definition === undefined) throw new ApiError('invalid-setting')
    const value = checkedValue(ctx, definition, change.value)
    if (value !== undefined) values.set(id, value)
  }
  if (values.size === 0) return
  await ctx.db.transact(async (tx) => {
    for (const [id, value] of values) await writeSetting(ctx, settings, tx, caller, id, value)
  })
}
