import { settingsOf } from './definition.ts'

const general = settingsOf('General')
const limiter = settingsOf('Rate Limiter')

/**
 * Paging, link previews and rate limits of the API
 * (settings catalogue of the reference, section a.6).
 */
export const restApiSettings = [
  general.int('API_Upper_Count_Limit', 100, 'paging'),
  general.int('API_Default_Count', 50, 'paging'),
  general.bool('API_Allow_Infinite_Count', true, 'paging'),
  general.bool('API_Enable_Direct_Message_History_EndPoint', false, 'api'),
  general.bool('API_Enable_Shields', true, 'shield'),
  general.text('API_Shield_Types', '*', 'shield'),
  general.bool('API_Shield_user_require_auth', false, 'shield'),
  general.bool('API_Enable_CORS', false, 'cors'),
  general.text('API_CORS_Origin', '*', 'cors'),
  general.bool('API_Use_REST_For_DDP_Calls', true, 'api', 'public'),
  general.bool('API_Apply_permission_view-outside-room_on_users-list', false, 'api', 'public'),
  general.int('API_User_Limit', 500, 'paging', 'public'),
  general.bool('API_Embed', true, 'preview', 'public'),
  general.text(
    'API_Embed_UserAgent',
    'Mozilla/5.0 (compatible; Foyer link preview)',
    'preview',
    'public',
  ),
  general.int('API_EmbedCacheExpirationDays', 30, 'preview'),
  general.action('API_Embed_clear_cache_now', 'OEmbedCacheCleanup', 'preview'),
  general.text(
    'API_EmbedIgnoredHosts',
    'localhost, 127.0.0.1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16',
    'preview',
  ),
  general.text('API_EmbedSafePorts', '80, 443', 'preview'),
  limiter.bool('DDP_Rate_Limit_IP_Enabled', true, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_IP_Requests_Allowed', 120000, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_IP_Interval_Time', 60000, 'ratelimit'),
  limiter.bool('DDP_Rate_Limit_User_Enabled', true, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_User_Requests_Allowed', 1200, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_User_Interval_Time', 60000, 'ratelimit'),
  limiter.bool('DDP_Rate_Limit_Connection_Enabled', true, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_Connection_Requests_Allowed', 600, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_Connection_Interval_Time', 60000, 'ratelimit'),
  limiter.bool('DDP_Rate_Limit_User_By_Method_Enabled', true, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_User_By_Method_Requests_Allowed', 20, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_User_By_Method_Interval_Time', 10000, 'ratelimit'),
  limiter.bool('DDP_Rate_Limit_Connection_By_Method_Enabled', true, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_Connection_By_Method_Requests_Allowed', 10, 'ratelimit'),
  limiter.int('DDP_Rate_Limit_Connection_By_Method_Interval_Time', 10000, 'ratelimit'),
  limiter.bool('API_Enable_Rate_Limiter', true, 'ratelimit'),
  limiter.bool('API_Enable_Rate_Limiter_Dev', true, 'ratelimit'),
  limiter.int('API_Enable_Rate_Limiter_Limit_Calls_Default', 10, 'ratelimit'),
  limiter.int('API_Enable_Rate_Limiter_Limit_Time_Default', 60000, 'ratelimit'),
  limiter.int('Rate_Limiter_Limit_RegisterUser', 1, 'ratelimit'),
] as const
