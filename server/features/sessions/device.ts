/** What a user agent string says of the device; empty where it says nothing. */
export interface Device {
  type: 'browser' | 'mobile-app' | 'other'
  name: string
  version: string
  os: { name: string; version: string }
}

// In this order: most browsers also carry the names of others.
const CLIENTS: readonly [pattern: RegExp, name: string, type: Device['type']][] = [
  [/\bRC Mobile;? ?(?:ios|android)? ?v?([\d.]+)?/i, 'Mobile app', 'mobile-app'],
  [/\bEdg(?:e|A|iOS)?\/([\d.]+)/, 'Edge', 'browser'],
  [/\bOPR\/([\d.]+)/, 'Opera', 'browser'],
  [/\bSamsungBrowser\/([\d.]+)/, 'Samsung Internet', 'browser'],
  [/\b(?:Firefox|FxiOS)\/([\d.]+)/, 'Firefox', 'browser'],
  [/\b(?:Chrome|CriOS)\/([\d.]+)/, 'Chrome', 'browser'],
  [/\bVersion\/([\d.]+).*\bSafari\//, 'Safari', 'browser'],
]

const SYSTEMS: readonly [pattern: RegExp, name: string][] = [
  [/\b(?:iPhone|CPU) OS ([\d_]+)/, 'iOS'],
  [/\bAndroid ?([\d.]+)?/, 'Android'],
  [/\bWindows NT ([\d.]+)/, 'Windows'],
  [/\bMac OS X ([\d_.]+)/, 'macOS'],
  [/\bCrOS\b/, 'Chrome OS'],
  [/\bLinux\b/, 'Linux'],
]

/** Best effort: enough for a user to recognise a login of his. */
export function deviceOf(userAgent: string): Device {
  const os = { name: '', version: '' }
  for (const [pattern, name] of SYSTEMS) {
    const match = pattern.exec(userAgent)
    if (match === null) continue
    os.name = name
    os.version = (match[1] ?? '').replaceAll('_', '.')
    break
  }
  for (const [pattern, name, type] of CLIENTS) {
    const match = pattern.exec(userAgent)
    if (match !== null) return { type, name, version: match[1] ?? '', os }
  }
  // Programs name themselves first: `curl/8.5.0`.
  const [, name = '', version = ''] = /^([^\s/]{1,60})(?:\/([\w.]{1,30}))?/.exec(userAgent) ?? []
  return { type: 'other', name, version, os }
}
