/** A colour that is certain to be one, and a colour to write on it. */
export interface Paint {
  /** `#rrggbb` */
  fill: string
  /** Black or white: whichever stands out more, which is at least 4.5 to 1 on any colour. */
  ink: string
}

const INKS = ['#ffffff', '#000000'] as const

const PLAIN = '#c1272d'

/** The paint of the first of these that is a colour, as the site's owner wrote it. */
export function paintOf(wishes: readonly unknown[]): Paint {
  const fill = wishes.map(hexOf).find((color) => color !== undefined) ?? PLAIN
  const [white, black] = INKS
  return { fill, ink: contrast(fill, white) >= contrast(fill, black) ? white : black }
}

/** `#rrggbb` of any colour that CSS knows; undefined for what is none. */
export function hexOf(color: unknown): string | undefined {
  if (typeof color !== 'string') return undefined
  if (/^#[\da-f]{6}$/i.test(color)) return color
  if (!CSS.supports('color', color)) return undefined
  const canvas = document.createElement('canvas').getContext('2d')
  if (canvas) canvas.fillStyle = color
  // What is not opaque is told in another form.
  return /^#.{6}$/.exec((canvas?.fillStyle as string | undefined) ?? '')?.[0]
}

/** How much two colours stand out from each other, from 1 to 21, as WCAG counts it. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/**
 * The colour moved towards black or white until it stands out from `ground` by `wanted`; used for
 * text and outlines in the site's colour.
 */
export function readable(color: string, ground: string, wanted: number): string {
  const goal = luminance(ground) > 0.18 ? 0 : 255
  for (let step = 0; step <= 20; step++) {
    const mixed = `#${channels(color)
      .map((part) => Math.round(part + ((goal - part) * step) / 20))
      .map((part) => part.toString(16).padStart(2, '0'))
      .join('')}`
    if (contrast(mixed, ground) >= wanted) return mixed
  }
  return goal === 0 ? '#000000' : '#ffffff'
}

const WEIGHTS = [0.2126, 0.7152, 0.0722]

const channels = (hex: string): number[] =>
  [1, 3, 5].map((place) => Number.parseInt(hex.slice(place, place + 2), 16))

const luminance = (hex: string): number =>
  channels(hex).reduce((sum, part, place) => {
    const share = part / 255
    const light = share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    return sum + light * (WEIGHTS[place] ?? 0)
  }, 0)
