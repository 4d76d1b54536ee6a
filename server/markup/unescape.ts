const entity = /&(?:lt|gt|amp|quot|apos|#0?39|#x27|#x2f|#96|#x60);/gi

const characters: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&#039;': "'",
  '&#x27;': "'",
  '&#x2f;': '/',
  '&#96;': '`',
  '&#x60;': '`',
}

/**
 * The text a visitor typed, from what the stock widget up to 1.13.3 sends: it escapes the
 * characters that matter in HTML. One pass: `&amp;lt;` becomes `&lt;`. Anything else, such as
 * `&nbsp;`, stays. Linear; never throws. The result is hostile text as any other.
 */
export function unescapeWidgetText(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(entity, (found) => characters[found.toLowerCase()] ?? found)
}
