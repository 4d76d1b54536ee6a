import { settingsOf } from './definition.ts'

const foyer = settingsOf('Foyer')
const omnichannel = settingsOf('Omnichannel')

/**
 * Settings that the reference does not have. Those of the limits hold while
 * `API_Enable_Rate_Limiter` is on; none can be set to 0, which would lock everybody out.
 */
export const foyerSettings = [
  omnichannel.bool('Livechat_allow_delete_without_token', false, 'messages'),
  foyer.text('Foyer_push_keys', '', 'push', 'hidden', 'secret'),
  foyer.text('Foyer_setup_link', '', 'setup', 'hidden', 'secret'),
  foyer.positive('Foyer_transcripts_per_day', 5, 'mail'),
  foyer.text('Foyer_outbound_allow', '', 'outbound'),
  omnichannel.bool('Foyer_webhook_on_feedback', false, 'webhook'),
  foyer.int('Foyer_log_days', 30, 'retention'),
  foyer.int('Foyer_retention_closed_rooms_days', 0, 'retention'),
  foyer.int('Foyer_retention_page_visits_days', 0, 'retention'),
  foyer.int('Foyer_retention_files_days', 0, 'retention'),
  foyer.int('Foyer_retention_offline_messages_days', 0, 'retention'),
  foyer.int('Foyer_retention_audit_days', 0, 'retention'),
  foyer.positive('Foyer_rate_ip_route_per_minute', 60, 'ratelimit'),
  foyer.positive('Foyer_rate_registration_per_ip', 30, 'ratelimit'),
  foyer.positive('Foyer_rate_registration_per_token', 5, 'ratelimit'),
  foyer.positive('Foyer_rate_visitor_messages_per_minute', 60, 'ratelimit'),
  foyer.positive('Foyer_rate_visitor_messages_burst', 20, 'ratelimit'),
  foyer.positive('Foyer_rate_messages_per_ip', 1200, 'ratelimit'),
  foyer.positive('Foyer_rate_user_per_minute', 600, 'ratelimit'),
  foyer.positive('Foyer_rate_login_per_account', 10, 'ratelimit'),
  foyer.positive('Foyer_rate_login_per_ip', 30, 'ratelimit'),
  foyer.positive('Foyer_overload_lag_ms', 250, 'ratelimit'),
  foyer.positive('Foyer_upload_daily_bytes', 524_288_000, 'uploads'),
  foyer.int('Foyer_upload_free_bytes', 1_000_000_000, 'uploads'),
] as const
