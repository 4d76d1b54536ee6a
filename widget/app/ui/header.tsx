import { useState } from 'preact/hooks'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { Menu, type MenuItem } from './menu.tsx'
import { useLater } from './use-later.ts'
import { useNow } from './use-session.ts'

const STATUSES = ['online', 'away', 'busy', 'offline'] as const

/** Who one talks with, and what can be done with the whole chat. */
export function Header() {
  const { session, chat, ui, t } = useNow()
  const [asking, setAsking] = useState<'finish' | 'erase'>()
  const later = useLater(asking !== undefined)
  const { agent, room, config } = chat
  const { title } = session.look()
  const serves = room?.open === true && agent !== undefined
  const name = agent?.hiddenInfo ? t('team') : (agent?.name ?? agent?.username ?? '')
  const status = STATUSES.find((one) => one === agent?.status)
  const isOnline = config?.online ?? session.start.online

  const mayClose = config?.settings?.visitorsCanCloseChat !== false
  const items: MenuItem[] = [
    {
      icon: ui.hasSound ? 'mute' : 'bell',
      label: t(ui.hasSound ? 'sound.off' : 'sound.on'),
      act: () => session.setSound(!ui.hasSound),
    },
  ]
  if (room?.open && mayClose) {
    items.push({ icon: 'leave', label: t('finish'), act: () => setAsking('finish') })
  }
  if (chat.visitor !== undefined) {
    const act = (): void => {
      if (room?.open && !mayClose) session.set({ notice: t('erase.open') })
      else setAsking('erase')
    }
    items.push({ icon: 'bin', label: t('erase'), act, isGrave: true })
  }
  return (
    <>
      <header>
        {serves ? <Avatar name={name} status={status} /> : null}
        <div class="who">
          <h1 tabIndex={-1}>
            <bdi>{serves ? name : title}</bdi>
          </h1>
          <p>
            {serves && status !== undefined ? (
              t(`status.${status}`)
            ) : (
              <>
                <i class={isOnline ? 'dot online' : 'dot offline'} />
                {serves ? title : t(isOnline ? 'online' : 'away')}
              </>
            )}
          </p>
        </div>
        <Menu label={t('menu')} items={items} />
        {session.bridge.isFramed ? (
          <button
            class="tool"
            type="button"
            aria-label={t('close')}
            title={t('close')}
            onClick={() => session.bridge.tell('minimize')}
          >
            <Icon name="down" />
          </button>
        ) : null}
      </header>
      {later && asking === 'finish' ? (
        <later.Confirm
          title={t('finish.title')}
          text={t('finish.text')}
          yes={t('finish')}
          onClose={() => setAsking(undefined)}
          onYes={() => session.chat().close()}
        />
      ) : null}
      {later && asking === 'erase' ? (
        <later.Confirm
          title={t('erase.title')}
          text={t('erase.text')}
          yes={t('erase.yes')}
          isGrave
          onClose={() => setAsking(undefined)}
          onYes={async () => {
            await session.chat().forgetMe()
            session.draft.set('')
            session.set({ guest: {}, leftRoom: undefined, notice: t('erase.done') })
          }}
        />
      ) : null}
    </>
  )
}
