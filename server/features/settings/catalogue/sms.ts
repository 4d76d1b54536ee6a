import { settingsOf } from './definition.ts'

const { bool, password, select, text } = settingsOf('SMS')

/** Conversations by SMS (settings catalogue of the reference, section a.2). */
export const smsSettings = [
  bool('SMS_Enabled', false, 'sms'),
  select('SMS_Service', ['twilio', 'voxtelesys', 'mobex'], 'twilio', 'sms'),
  text('SMS_Default_Omnichannel_Department', '', 'sms'),
  text('SMS_Twilio_Account_SID', '', 'sms', 'secret'),
  text('SMS_Twilio_authToken', '', 'sms', 'secret'),
  bool('SMS_Twilio_FileUpload_Enabled', true, 'sms', 'secret'),
  text(
    'SMS_Twilio_FileUpload_MediaTypeWhiteList',
    'image/*,audio/*,video/*,text/*,application/pdf',
    'sms',
    'secret',
  ),
  text('SMS_Voxtelesys_authToken', '', 'sms', 'secret'),
  text('SMS_Voxtelesys_URL', 'https://smsapi.voxtelesys.net/api/v1/sms', 'sms', 'secret'),
  bool('SMS_Voxtelesys_FileUpload_Enabled', true, 'sms', 'secret'),
  text(
    'SMS_Voxtelesys_FileUpload_MediaTypeWhiteList',
    'image/*,audio/*,video/*,text/*,application/pdf',
    'sms',
    'secret',
  ),
  text('SMS_Mobex_gateway_address', '', 'sms'),
  text('SMS_Mobex_restful_address', '', 'sms'),
  text('SMS_Mobex_username', '', 'sms'),
  password('SMS_Mobex_password', '', 'sms'),
  text('SMS_Mobex_from_number', '', 'sms'),
  text('SMS_Mobex_from_numbers_list', '', 'sms'),
] as const
