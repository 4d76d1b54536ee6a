import { hexOf, paintOf, readable } from '../shared/colors.ts'
import type { StartData, ThemeWishes } from '../shared/protocol.ts'

const GROUNDS = { light: '#ffffff', dark: '#17181d' } as const
const TEXT = 4.5
const SHAPE = 3

/** The site's look as it is now. */
export interface Look {
  title: string
  color: string
  background: string
}

/** Joins what the server says and what the page wishes. */
export function lookOf(
  theme: Pick<StartData, 'title' | 'color' | 'offlineTitle' | 'offlineColor' | 'background'>,
  wishes: ThemeWishes,
  isOffline: boolean,
): Look {
  const [title, color] = isOffline
    ? (['offlineTitle', 'offlineColor'] as const)
    : (['title', 'color'] as const)
  const wished = wishes[title]
  return {
    title: typeof wished === 'string' ? wished : theme[title],
    color: paintOf([wishes[color], theme[color]]).fill,
    background: [wishes.background, theme.background].map(hexOf).find((one) => one) ?? '',
  }
}

/** Paints the page. Text and outlines in the site's colour are readable whatever it is. */
export function applyLook({ color, background }: Look): void {
  const isDark = matchMedia('(prefers-color-scheme:dark)').matches
  const ground = isDark ? GROUNDS.dark : GROUNDS.light
  const { fill, ink } = paintOf([color])
  const canvas = isDark || background === '' ? ground : background
  const style = document.documentElement.style
  style.setProperty('--fill', fill)
  style.setProperty('--ink', ink)
  style.setProperty('--accent', readable(fill, ground, TEXT))
  style.setProperty('--line', readable(fill, ground, SHAPE))
  style.setProperty('--canvas', canvas)
  style.setProperty('--on-canvas', readable(isDark ? '#a2a2b0' : '#63636f', canvas, TEXT))
}
