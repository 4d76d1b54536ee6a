import { settingsOf } from './definition.ts'

const general = settingsOf('General')
const layout = settingsOf('Layout')
const logs = settingsOf('Logs')
const push = settingsOf('Push')

/**
 * The site itself, its looks, its logs, push
 * (settings catalogue of the reference, section a.10).
 */
export const generalSettings = [
  general.text('Site_Url', '', 'site', 'public', 'fromRootUrl'),
  general.text('Site_Name', 'Foyer', 'site', 'public'),
  general.language('Language', '', 'site', 'public'),
  general.select(
    'Show_Setup_Wizard',
    ['pending', 'in_progress', 'completed'],
    'pending',
    'general',
    'public',
    'readonly',
  ),
  general.text('uniqueID', '', 'site', 'public', 'readonly', 'generated'),
  general.bool('Allow_Invalid_SelfSigned_Certs', false, 'general', 'secret'),
  general.bool('Force_SSL', false, 'general', 'public'),
  general.text('CDN_PREFIX', '', 'general', 'public'),
  general.bool('CDN_PREFIX_ALL', true, 'general', 'public'),
  general.text('CDN_JSCSS_PREFIX', '', 'general', 'public'),
  general.bool('Enable_CSP', true, 'general'),
  general.bool('Iframe_Restrict_Access', true, 'general', 'secret'),
  general.text('Iframe_X_Frame_Options', 'sameorigin', 'general', 'secret'),
  general.select(
    'Default_Referrer_Policy',
    [
      'no-referrer',
      'no-referrer-when-downgrade',
      'origin',
      'origin-when-cross-origin',
      'same-origin',
      'strict-origin',
      'strict-origin-when-cross-origin',
      'unsafe-url',
    ],
    'same-origin',
    'general',
    'public',
  ),
  general.bool('Favorite_Rooms', true, 'general', 'public'),
  layout.text('UTF8_Channel_Names_Validation', '[0-9a-zA-Z-_.]+', 'display', 'public'),
  layout.bool('UTF8_Names_Slugify', true, 'display', 'public'),
  general.int('Notifications_Max_Room_Members', 100, 'general', 'public'),
  general.bool('Iframe_Integration_send_enable', false, 'general', 'public'),
  general.text('Iframe_Integration_send_target_origin', '*', 'general', 'public'),
  general.bool('Iframe_Integration_receive_enable', false, 'general', 'public'),
  general.text('Iframe_Integration_receive_origin', '*', 'general', 'public'),
  general.select(
    'Default_Timezone_For_Reporting',
    ['server', 'custom', 'user'],
    'server',
    'timezone',
  ),
  general.timezone('Default_Custom_Timezone', '', 'timezone'),
  general.code('Custom_Translations', '', 'site', 'public'),
  layout.bool('UI_Use_Real_Name', false, 'display', 'public'),
  layout.bool('UI_DisplayRoles', true, 'display', 'public'),
  layout.bool('UI_Use_Name_Avatar', false, 'display', 'public'),
  layout.bool('UI_Allow_room_names_with_special_chars', false, 'display', 'public'),
  general.bool('Presence_broadcast_disabled', false, 'general', 'public', 'readonly'),
  general.bool('Troubleshoot_Disable_Notifications', false, 'general'),
  general.bool('Troubleshoot_Disable_Presence_Broadcast', false, 'general'),
  general.bool('Troubleshoot_Disable_Sessions_Monitor', false, 'general'),
  logs.select('Log_Level', ['0', '1', '2'], '0', 'log', 'public'),
  logs.text('Log_Exceptions_to_Channel', '', 'log'),
  push.bool('Push_enable', true, 'push', 'public'),
  push.bool('Push_show_username_room', true, 'push', 'public'),
  push.bool('Push_show_message', true, 'push', 'public'),
  general.bool('VoIP_Enabled', false, 'general', 'public'),
  general.text('Enterprise_License', '', 'general'),
  general.bool('Force_Screen_Lock', false, 'general', 'public'),
  general.int('Force_Screen_Lock_After', 1800, 'general', 'public'),
  general.bool('Allow_Save_Media_to_Gallery', true, 'general', 'public'),
] as const
