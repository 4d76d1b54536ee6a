const COLORS = ['#8a3ffc', '#0f62fe', '#007d79', '#198038', '#8e6a00', '#b8400e', '#d02670']
const MAX_NAME = 128

/** A picture of somebody's initials. The name need not be anybody's: nothing is looked up. */
export function initialsPicture(name: string): string {
  const words = name.slice(0, MAX_NAME).split(/[\s._-]+/u)
  const initials = words
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '')
    .filter((letter) => letter !== '')
    .slice(0, 2)
    .join('')
    .toUpperCase()
  let sum = 0
  for (let place = 0; place < name.length; place++) sum += name.charCodeAt(place)
  const color = COLORS[sum % COLORS.length] ?? ''
  // Letters and digits alone come from outside: there is nothing to escape.
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${color}"/><text x="32" y="33" fill="#fff" font-family="system-ui,sans-serif" font-size="28" font-weight="600" text-anchor="middle" dominant-baseline="central">${initials}</text></svg>`
}
