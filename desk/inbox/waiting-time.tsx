import { useEffect, useState } from 'react'
import { useTexts } from '../texts/texts.ts'

const SECOND_MS = 1000
/** From here on somebody has waited too long. */
const LONG_S = 120

/** How long somebody has waited, counting. */
export function WaitingTime({ since }: { since: string }) {
  const { t } = useTexts()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / SECOND_MS))
  const text = clockOf(seconds)
  return (
    <span className="waiting numbers" data-long={seconds >= LONG_S || undefined}>
      <span className="unseen">{t('queue.waitingFor')} </span>
      {text}
    </span>
  )
}

function clockOf(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
