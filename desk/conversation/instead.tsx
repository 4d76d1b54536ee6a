import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Inquiry } from '../../client/index.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useDesk, useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'

/** What stands where one would write, while one cannot. */
export function Instead({
  inquiry,
  rid,
  isOpen,
  agent,
}: {
  inquiry: Inquiry | undefined
  rid: string
  isOpen: boolean
  /** Who answers, if somebody does. */
  agent: string | undefined
}) {
  const { t } = useTexts()
  const desk = useDesk()
  const rest = useRest()
  const { fail } = useToasts()
  const [isBusy, setBusy] = useState(false)
  const act = (work: Promise<unknown>): void => {
    setBusy(true)
    work.catch(fail).finally(() => setBusy(false))
  }
  if (inquiry !== undefined) {
    return (
      <div className="instead">
        <span>{t('queue.waits', { name: inquiry.name })}</span>
        <Button loading={isBusy} onClick={() => act(desk.take(inquiry._id))}>
          {t('queue.take')}
        </Button>
      </div>
    )
  }
  if (!isOpen) return <div className="instead soft">{t('conversation.over')}</div>
  return (
    <div className="instead">
      <span>
        {agent === undefined
          ? t('conversation.nobody')
          : t('conversation.servedBy', { name: agent })}
      </span>
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => act(rest('GET livechat/room.join', { query: { roomId: rid } }))}
      >
        {t('conversation.join')}
      </Button>
    </div>
  )
}
