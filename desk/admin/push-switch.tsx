import { Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { readPushState, switchPushOff, switchPushOn, type PushState } from '../session/push.ts'
import { useTexts } from '../texts/texts.ts'

/** Whether this browser is told of waiting visitors while the desk is closed. */
export function PushSwitch() {
  const { t } = useTexts()
  const rest = useRest()
  const { fail } = useToasts()
  const [state, setState] = useState<PushState>()
  useEffect(() => {
    void readPushState().then(setState)
  }, [])
  const change = async (): Promise<void> => {
    try {
      setState(await (state === 'on' ? switchPushOff(rest) : switchPushOn(rest, t('push.notice'))))
    } catch (error) {
      fail(error)
      setState(await readPushState())
    }
  }
  const isFixed = state === 'impossible' || state === 'denied'
  return (
    <div className="setting">
      <div>
        <label htmlFor="push">{t('push.label')}</label>
        <small className="setting-help">{isFixed ? t(`push.${state}`) : t('push.help')}</small>
      </div>
      <Switch
        id="push"
        size="md"
        disabled={state === undefined || isFixed}
        checked={state === 'on'}
        onChange={() => void change()}
      />
    </div>
  )
}
