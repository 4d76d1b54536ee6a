import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useDeskState } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'

const PATIENCE_MS = 2500

/** Says when the server has been away for a moment, and that nothing written is lost. */
export function ConnectionNote() {
  const { t } = useTexts()
  const isAway = useDeskState(({ connection }) => connection === 'offline')
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (!isAway) return setLong(false)
    const timer = setTimeout(() => setLong(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isAway])
  return (
    <div role="status">
      {isLong ? (
        <div className="connection-note">
          <WifiOff size={16} aria-hidden="true" />
          {t('shell.offline')}
        </div>
      ) : null}
    </div>
  )
}
