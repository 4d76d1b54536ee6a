import { CloseButton } from '@mantine/core'
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTexts } from '../texts/texts.ts'
import { errorText } from './errors.ts'
import './toasts.css'

const SHOWN_MS = 6000

interface Toast {
  id: number
  text: string
  isError: boolean
}

interface Toasts {
  tell: (text: string) => void
  /** Says what went wrong. */
  fail: (error: unknown) => void
}

const ToastContext = createContext<Toasts>({ tell: () => {}, fail: () => {} })

/** Short messages at the edge of the screen; screen readers hear them. */
export const useToasts = (): Toasts => use(ToastContext)

/** Shows the messages of everything inside. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const texts = useTexts()
  const [shown, setShown] = useState<readonly Toast[]>([])
  const next = useRef(0)
  const drop = useCallback(
    (id: number) => setShown((all) => all.filter((one) => one.id !== id)),
    [],
  )
  const toasts = useMemo((): Toasts => {
    const add = (text: string, isError: boolean): void => {
      const id = next.current++
      setShown((all) => [...all.slice(-2), { id, text, isError }])
      setTimeout(() => drop(id), SHOWN_MS)
    }
    return {
      tell: (text) => add(text, false),
      fail: (error) => add(errorText(texts, error), true),
    }
  }, [texts, drop])
  return (
    <ToastContext value={toasts}>
      {children}
      <div className="toasts" role="status">
        {shown.map(({ id, text, isError }) => (
          <div key={id} className="toast" data-error={isError || undefined}>
            <span>{text}</span>
            <CloseButton
              size="sm"
              aria-label={texts.t('action.dismiss')}
              onClick={() => drop(id)}
            />
          </div>
        ))}
      </div>
    </ToastContext>
  )
}
