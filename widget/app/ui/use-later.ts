import { useEffect, useState } from 'preact/hooks'
import type * as later from './later.ts'

type Later = typeof later

const RETRY_MS = 3000

let loaded: Later | undefined

/** The parts that are loaded later, once `isNeeded` and there; it is tried until they are. */
export function useLater(isNeeded: boolean): Later | undefined {
  const [, draw] = useState(loaded)
  useEffect(() => {
    if (!isNeeded || loaded !== undefined) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    const load = async (): Promise<void> => {
      try {
        loaded = await import('./later.ts')
        if (!isGone) draw(loaded)
      } catch {
        if (!isGone) timer = setTimeout(() => void load(), RETRY_MS)
      }
    }
    void load()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [isNeeded])
  return loaded
}
