import { useLayoutEffect, useRef } from 'react'

const WRITES = 'input, textarea, select, [contenteditable="true"]'

/**
 * Calls what stands behind a pressed key, e.g. `{ j: next }`. Keys belong to fields while one
 * writes, to dialogs while one is open, and to the browser while a modifier is held.
 */
export function useShortcuts(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const current = useRef(actions)
  // With what is shown: a key that is pressed at once means what one sees.
  useLayoutEffect(() => {
    current.current = actions
  })
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && event.target.matches(WRITES)) return
      if (document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null)
        return
      const action = current.current[event.key.toLowerCase()]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
