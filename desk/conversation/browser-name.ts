const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/SamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/, 'Safari'],
]

const SYSTEMS: readonly [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** A browser's own description in a few words; its beginning where it is an unknown one. */
export function browserName(userAgent: string): string {
  const [pattern, name] = BROWSERS.find(([known]) => known.test(userAgent)) ?? []
  const system = SYSTEMS.find(([known]) => known.test(userAgent))?.[1]
  if (pattern === undefined || name === undefined) return userAgent.slice(0, 60)
  const version = pattern.exec(userAgent)?.[1] ?? ''
  return [`${name} ${version}`, system].filter(Boolean).join(' · ')
}
