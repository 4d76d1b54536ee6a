import type { TextKey } from '../texts/texts.ts'
import type { EditedSetting } from './setting-editor.tsx'

/** A setting of the widget's look, with the words for it. */
export type AppearanceField = EditedSetting & { label: TextKey }

/** What the page shows, in groups. */
export const APPEARANCE_GROUPS: readonly {
  title: TextKey
  fields: readonly AppearanceField[]
}[] = [
  {
    title: 'look.chat',
    fields: [
      { _id: 'Livechat_title', type: 'string', label: 'look.title' },
      { _id: 'Livechat_title_color', type: 'color', label: 'look.color' },
      {
        _id: 'Livechat_widget_position',
        type: 'select',
        values: ['right', 'left'],
        valueTexts: { right: 'look.right', left: 'look.left' },
        label: 'look.position',
      },
      { _id: 'Livechat_show_agent_info', type: 'boolean', label: 'look.agentInfo' },
      { _id: 'Livechat_hide_watermark', type: 'boolean', label: 'look.watermark' },
      {
        _id: 'Omnichannel_allow_visitors_to_close_conversation',
        type: 'boolean',
        label: 'look.mayClose',
      },
    ],
  },
  {
    title: 'look.form',
    fields: [
      { _id: 'Livechat_registration_form', type: 'boolean', label: 'look.askFirst' },
      { _id: 'Livechat_name_field_registration_form', type: 'boolean', label: 'look.askName' },
      { _id: 'Livechat_email_field_registration_form', type: 'boolean', label: 'look.askEmail' },
      { _id: 'Livechat_registration_form_message', type: 'code', label: 'look.formText' },
    ],
  },
  {
    title: 'look.offline',
    fields: [
      { _id: 'Livechat_display_offline_form', type: 'boolean', label: 'look.offlineForm' },
      { _id: 'Livechat_offline_title', type: 'string', label: 'look.offlineTitle' },
      { _id: 'Livechat_offline_title_color', type: 'color', label: 'look.offlineColor' },
      { _id: 'Livechat_offline_message', type: 'code', label: 'look.offlineText' },
      { _id: 'Livechat_offline_success_message', type: 'code', label: 'look.offlineThanks' },
      { _id: 'Livechat_offline_email', type: 'string', label: 'look.offlineEmail' },
    ],
  },
  {
    title: 'look.end',
    fields: [
      { _id: 'Livechat_conversation_finished_message', type: 'code', label: 'look.endMessage' },
      { _id: 'Livechat_conversation_finished_text', type: 'code', label: 'look.endText' },
    ],
  },
]
