import { settingsOf } from './definition.ts'

const { action, bool, code, int, password, select, text } = settingsOf('Email')

/**
 * E-mail, sent and received; the texts are our own
 * (settings catalogue of the reference, section a.7).
 */
export const emailSettings = [
  bool('email_plain_text_only', false, 'template'),
  code(
    'email_style',
    'body { margin: 0 auto; max-width: 40em; font-family: sans-serif; color: #222222; }',
    'template',
  ),
  code('Offline_DM_Email', '[[Site_Name]] [User] wrote to you', 'template'),
  code('Offline_Mention_Email', '[[Site_Name]] [User] named you in #[Room]', 'template'),
  code(
    'Offline_Mention_All_Email',
    '[[Site_Name]] [User] wrote to everybody in #[Room]',
    'template',
  ),
  code('Email_Header', '<h1>[Site_Name]</h1>', 'template'),
  code('Email_Footer', '<hr><p><a href="[Site_URL]">[Site_Name]</a></p>', 'template'),
  code(
    'Email_Footer_Direct_Reply',
    '<p>An answer to this e-mail reaches the conversation.</p>',
    'inbound',
  ),
  bool('Direct_Reply_Enable', false, 'inbound'),
  bool('Direct_Reply_Debug', false, 'inbound'),
  select('Direct_Reply_Protocol', ['IMAP', 'POP'], 'IMAP', 'inbound'),
  text('Direct_Reply_Host', '', 'inbound'),
  text('Direct_Reply_Port', '', 'inbound'),
  bool('Direct_Reply_IgnoreTLS', false, 'inbound'),
  int('Direct_Reply_Frequency', 5, 'inbound'),
  bool('Direct_Reply_Delete', true, 'inbound'),
  select(
    'Direct_Reply_Separator',
    ['!', '#', '$', '%', '&', "'", '*', '+', '-', '/', '=', '?', '^', '_', '`', '{', '|', '}', '~'],
    '+',
    'inbound',
  ),
  text('Direct_Reply_Username', '', 'inbound', 'secret'),
  text('Direct_Reply_ReplyTo', '', 'inbound'),
  password('Direct_Reply_Password', '', 'inbound', 'secret'),
  select('SMTP_Protocol', ['smtp', 'smtps'], 'smtp', 'smtp'),
  text('SMTP_Host', '', 'smtp'),
  text('SMTP_Port', '', 'smtp'),
  bool('SMTP_IgnoreTLS', true, 'smtp'),
  bool('SMTP_Pool', true, 'smtp'),
  text('SMTP_Username', '', 'smtp', 'secret'),
  password('SMTP_Password', '', 'smtp', 'secret'),
  text('From_Email', '', 'sender'),
  action('SMTP_Test_Button', 'sendSMTPTestEmail', 'smtp'),
  text('Accounts_Enrollment_Email_Subject', 'Your account at [Site_Name]', 'template'),
  code(
    'Accounts_Enrollment_Email',
    '<p>Your account is ready: <a href="[Site_URL]">[Site_Name]</a></p>',
    'template',
  ),
  text('Accounts_UserAddedEmail_Subject', 'You were added to [Site_Name]', 'template'),
  code(
    'Accounts_UserAddedEmail_Email',
    '<p>You have an account now: <a href="[Site_URL]">[Site_Name]</a></p>',
    'template',
  ),
  text('Verification_Email_Subject', '[Site_Name]: confirm your e-mail address', 'template'),
  code(
    'Verification_Email',
    '<p><a href="[Verification_Url]">Confirm this e-mail address</a></p>',
    'template',
  ),
  bool('Offline_Message_Use_DeepLink', true, 'template'),
  text('Invitation_Subject', 'Come and join [Site_Name]', 'template'),
  code(
    'Invitation_Email',
    '<p>You are invited to <a href="[Site_URL]">[Site_Name]</a></p>',
    'template',
  ),
  int('Invitation_Email_Count', 0, 'template', 'hidden'),
  text('Forgot_Password_Email_Subject', '[Site_Name]: choose a new password', 'template'),
  code(
    'Forgot_Password_Email',
    '<p><a href="[Forgot_Password_Url]">Choose a new password</a></p>',
    'template',
  ),
  text('Email_Changed_Email_Subject', '[Site_Name]: your e-mail address was changed', 'template'),
  code('Email_Changed_Email', '<p>Your account now uses the address [email].</p>', 'template'),
  text('Password_Changed_Email_Subject', '[Site_Name]: your password was changed', 'template'),
  code(
    'Password_Changed_Email',
    '<p>If this was not you, tell an administrator of [Site_Name].</p>',
    'template',
  ),
  bool('Email_notification_show_message', true, 'template', 'public'),
  bool('Device_Management_Enable_Login_Emails', true, 'devices', 'public'),
  bool('Device_Management_Allow_Login_Email_preference', true, 'devices', 'public'),
  text('Device_Management_Email_Subject', '[Site_Name]: sign-in from a new device', 'devices'),
  code(
    'Device_Management_Email_Body',
    '<p>A new device signed in to your account at [Site_Name].</p>',
    'devices',
  ),
] as const
