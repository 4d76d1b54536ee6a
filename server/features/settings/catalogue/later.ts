import { settingsOf } from './definition.ts'

const accounts = settingsOf('Accounts')
const omnichannel = settingsOf('Omnichannel')

/**
 * Settings that releases after the catalogue's brought, switched off (settings catalogue of the
 * reference, notes to section a).
 */
export const laterSettings = [
  omnichannel.select(
    'Livechat_Require_Contact_Verification',
    ['never', 'once', 'always'],
    'never',
    'contacts',
    'public',
  ),
  omnichannel.bool('Livechat_Block_Unknown_Contacts', false, 'contacts', 'public'),
  omnichannel.bool('Livechat_Block_Unverified_Contacts', false, 'contacts', 'public'),
  omnichannel.bool(
    'Livechat_Request_Verification_On_First_Contact_Only',
    false,
    'contacts',
    'public',
  ),
  omnichannel.bool('Omnichannel_allow_force_close_conversations', false, 'master', 'public'),
  omnichannel.bool('Omnichannel_Metrics_Ignore_Automatic_Messages', false, 'metrics'),
  accounts.bool(
    'Accounts_Default_User_Preferences_omnichannelHideConversationAfterClosing',
    false,
    'preference',
    'public',
  ),
  omnichannel.bool('Livechat_Show_Connecting', false, 'widget', 'public'),
] as const
