import type { Settings } from '../../context.ts'
import { SYSTEM_USER } from '../../routing/system-user.ts'
import type { QueueInfo } from '../../routing/queue-info.ts'
import type { Row } from '../../storage/tables.ts'
import type { CustomField } from '../custom-fields/store.ts'
import { toWireCustomField } from '../custom-fields/wire.ts'
import { toVisibleAgent } from '../agents/wire.ts'
import type { WidgetConfig } from './contract.ts'
import type { WidgetSession, WidgetState } from './operations.ts'

/** The whole configuration of a widget, as the settings say now. */
export const toWidgetConfig = (
  settings: Settings,
  rootUrl: string,
  { online, customFields, session }: WidgetState,
  token: string | undefined,
): WidgetConfig => ({
  enabled: true,
  settings: widgetSettings(settings),
  theme: theme(settings),
  messages: messages(settings),
  survey: {
    items: ['satisfaction', 'agentKnowledge', 'agentResposiveness', 'agentFriendliness'],
    values: ['1', '2', '3', '4', '5'],
  },
  triggers: [],
  departments: [],
  resources: { sound: `${rootUrl}/sounds/chime.mp3`, emojis: null },
  customFields: customFields.map(publicField),
  online,
  ...(session === undefined || token === undefined ? {} : sessionOf(settings, session, token)),
})

function publicField(field: CustomField): NonNullable<WidgetConfig['customFields']>[number] {
  const { visibility: _, searchable: _s, _updatedAt: _at, ...shown } = toWireCustomField(field)
  return shown
}

const widgetSettings = (settings: Settings): NonNullable<WidgetConfig['settings']> => ({
  registrationForm: settings.get('Livechat_registration_form'),
  allowSwitchingDepartments: settings.get('Livechat_allow_switching_departments'),
  nameFieldRegistrationForm: settings.get('Livechat_name_field_registration_form'),
  emailFieldRegistrationForm: settings.get('Livechat_email_field_registration_form'),
  displayOfflineForm: settings.get('Livechat_display_offline_form'),
  videoCall: settings.get('Omnichannel_call_provider') === 'default-provider',
  fileUpload: settings.get('Livechat_fileupload_enabled') && settings.get('FileUpload_Enabled'),
  language: settings.get('Language'),
  transcript: settings.get('Livechat_enable_transcript'),
  historyMonitorType: settings.get('Livechat_history_monitor_type'),
  forceAcceptDataProcessingConsent: settings.get('Livechat_force_accept_data_processing_consent'),
  showConnecting: settings.get('Livechat_Show_Connecting'),
  agentHiddenInfo: !settings.get('Livechat_show_agent_info'),
  clearLocalStorageWhenChatEnded: settings.get('Livechat_clear_local_storage_when_chat_ended'),
  limitTextLength: textLimit(settings),
  hiddenSystemMessages: [...settings.get('Livechat_hide_system_messages')],
  livechatLogo: null,
  hideWatermark: settings.get('Livechat_hide_watermark'),
  visitorsCanCloseChat: settings.get('Omnichannel_allow_visitors_to_close_conversation'),
})

/** The site's limit for visitors; without one of its own, the general limit. */
function textLimit(settings: Settings): number | false {
  if (!settings.get('Livechat_enable_message_character_limit')) return false
  const own = settings.get('Livechat_message_character_limit')
  const general = settings.get('Message_MaxAllowedSize')
  return own > 0 ? Math.min(own, general) : general
}

const theme = (settings: Settings): NonNullable<WidgetConfig['theme']> => ({
  title: settings.get('Livechat_title'),
  color: settings.get('Livechat_title_color'),
  offlineTitle: settings.get('Livechat_offline_title'),
  offlineColor: settings.get('Livechat_offline_title_color'),
  position: settings.get('Livechat_widget_position'),
  background: settings.get('Livechat_background'),
  actionLinks: {
    webrtc: [{ method_id: 'joinLivechatWebRTCCall', i18nLabel: 'Join_call', label: 'Join call' }],
    jitsi: [{ icon: 'icon-videocam', i18nLabel: 'Accept' }],
  },
})

const messages = (settings: Settings): NonNullable<WidgetConfig['messages']> => ({
  offlineMessage: settings.get('Livechat_offline_message'),
  offlineSuccessMessage: settings.get('Livechat_offline_success_message'),
  offlineUnavailableMessage: settings.get('Livechat_offline_form_unavailable'),
  conversationFinishedMessage: settings.get('Livechat_conversation_finished_message'),
  conversationFinishedText: settings.get('Livechat_conversation_finished_text'),
  transcriptMessage: settings.get('Livechat_transcript_message'),
  registrationFormMessage: settings.get('Livechat_registration_form_message'),
  dataProcessingConsentText: settings.get('Livechat_data_processing_consent_text'),
})

function sessionOf(
  settings: Settings,
  { visitor, room, agent, queue }: WidgetSession,
  token: string,
): Partial<WidgetConfig> {
  return {
    guest: {
      _id: visitor.id,
      username: visitor.username,
      token,
      ...(visitor.name === null ? {} : { name: visitor.name }),
      ...(visitor.email === null ? {} : { visitorEmails: [{ address: visitor.email }] }),
      ...(visitor.department_id === null ? {} : { department: visitor.department_id }),
    },
    ...(room === undefined ? {} : { room: openRoom(room) }),
    ...(agent === undefined ? {} : { agent: toVisibleAgent(settings, agent) }),
    ...(queue === undefined ? {} : { queueInfo: toQueuePlace(settings, queue) }),
  }
}

const openRoom = (room: Row<'room'>): NonNullable<WidgetConfig['room']> => ({
  _id: room.id,
  open: true,
  ...(room.department_id === null ? {} : { departmentId: room.department_id }),
  ...(room.served_by_id === null
    ? {}
    : {
        servedBy: {
          _id: room.served_by_id,
          username: room.served_by_username ?? '',
          ts: room.served_at ?? room.created_at,
        },
      }),
})

/** The place of a waiting visitor as widgets show it. */
export const toQueuePlace = (
  settings: Settings,
  { spot, estimatedWaitSeconds }: QueueInfo,
): NonNullable<WidgetConfig['queueInfo']> => ({
  spot,
  message: {
    text: settings.get('Livechat_waiting_queue_message'),
    user: { _id: SYSTEM_USER.id, username: SYSTEM_USER.username },
  },
  ...(estimatedWaitSeconds === undefined ? {} : { estimatedWaitTimeSeconds: estimatedWaitSeconds }),
})
