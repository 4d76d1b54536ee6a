import { useEffect } from 'react'
import { useDesk } from './desk.tsx'

/** Whoever has not touched the desk for so long is away to his colleagues. */
const IDLE_MS = 5 * 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const

/** Tells the server when the person has left the desk alone, and when he is back. */
export function useIdle(): void {
  const desk = useDesk()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const touched = (): void => {
      clearTimeout(timer)
      desk.setIdle(false)
      timer = setTimeout(() => desk.setIdle(true), IDLE_MS)
    }
    touched()
    for (const sign of SIGNS) addEventListener(sign, touched, { capture: true, passive: true })
    return () => {
      clearTimeout(timer)
      for (const sign of SIGNS) removeEventListener(sign, touched, { capture: true })
    }
  }, [desk])
}
