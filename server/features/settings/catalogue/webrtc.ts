import { settingsOf } from './definition.ts'

const { bool, int, text } = settingsOf('WebRTC')

/** Calls between browsers (settings catalogue of the reference, section a.3). */
export const webrtcSettings = [
  bool('WebRTC_Enabled', false, 'calls', 'public'),
  bool('WebRTC_Enable_Channel', false, 'calls', 'public'),
  bool('WebRTC_Enable_Private', false, 'calls', 'public'),
  bool('WebRTC_Enable_Direct', false, 'calls', 'public'),
  int('WebRTC_Calls_Count', 0, 'calls', 'hidden'),
  text('WebRTC_Servers', '', 'calls', 'public'),
] as const
