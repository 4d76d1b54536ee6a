import { Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import {
  Check,
  Inbox,
  Keyboard,
  LogOut,
  MessagesSquare,
  MonitorSmartphone,
  Palette,
  Settings2,
  ShieldCheck,
  UserRound,
  UsersRound,
  type LucideIcon,
} from 'lucide-react'
import { Link, useLocation } from 'wouter'
import icon from '../icon.svg'
import type { Access } from '../session/access.ts'
import { useDeskState } from '../session/desk.tsx'
import { signOut } from '../session/session.ts'
import { useTexts, type TextKey } from '../texts/texts.ts'
import { Avatar } from './avatar.tsx'

interface Place {
  path: string
  label: TextKey
  icon: LucideIcon
  /** Whoever has any of these sees it. */
  needs: readonly string[]
}

const PLACES: readonly Place[] = [
  { path: '/', label: 'nav.inbox', icon: Inbox, needs: ['view-l-room'] },
  { path: '/history', label: 'nav.history', icon: MessagesSquare, needs: ['view-l-room'] },
  { path: '/people', label: 'nav.people', icon: UsersRound, needs: ['view-livechat-manager'] },
  { path: '/appearance', label: 'nav.appearance', icon: Palette, needs: ['view-livechat-manager'] },
  { path: '/settings', label: 'nav.settings', icon: Settings2, needs: ['view-privileged-setting'] },
  {
    path: '/permissions',
    label: 'nav.permissions',
    icon: ShieldCheck,
    needs: ['access-permissions'],
  },
  {
    path: '/sessions',
    label: 'nav.sessions',
    icon: MonitorSmartphone,
    needs: ['view-device-management'],
  },
]

const SCHEMES = ['light', 'dark', 'auto'] as const

/** The bar at the side, on a phone at the bottom. */
export function Navigation({ access, onShowKeys }: { access: Access; onShowKeys: () => void }) {
  const { t, number } = useTexts()
  const [location] = useLocation()
  const unread = useDeskState(({ conversations }) =>
    conversations.reduce((sum, one) => sum + (one.unread > 0 ? 1 : 0), 0),
  )
  const waiting = useDeskState(({ queue }) => queue.length)
  const isHere = (path: string): boolean =>
    path === '/'
      ? location === '/' || location.startsWith('/conversations/')
      : location.startsWith(path)
  const places = PLACES.filter(({ needs }) => needs.some((one) => access.can(one)))
  const count = unread + waiting

  return (
    <nav className="rail" aria-label={t('nav.label')}>
      <img className="rail-mark" src={icon} alt="" width={38} height={38} />
      <div className="rail-list">
        <ul>
          {places.map(({ path, label, icon: Icon }) => (
            <li key={path}>
              <Tooltip label={t(label)} position="right">
                <Link
                  className="rail-item"
                  href={path}
                  aria-label={path === '/' && count > 0 ? t('nav.inboxNew', { count }) : t(label)}
                  aria-current={isHere(path) ? 'page' : undefined}
                >
                  <Icon size={21} strokeWidth={1.8} aria-hidden="true" />
                  {path === '/' && count > 0 ? (
                    <span className="rail-count" aria-hidden="true">
                      {number(count)}
                    </span>
                  ) : null}
                </Link>
              </Tooltip>
            </li>
          ))}
        </ul>
      </div>
      <OwnMenu access={access} onShowKeys={onShowKeys} />
    </nav>
  )
}

function OwnMenu({ access, onShowKeys }: { access: Access; onShowKeys: () => void }) {
  const { t } = useTexts()
  const [, go] = useLocation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const availability = useDeskState((state) => state.availability)
  const { me } = access
  const name = me?.name ?? ''
  return (
    <Menu position="right-end" width={220}>
      <Menu.Target>
        <button type="button" className="rail-me" aria-label={t('nav.me', { name })}>
          <Avatar name={name} size={38} status={availability} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<UserRound size={16} />} onClick={() => go('/account')}>
          {t('nav.account')}
        </Menu.Item>
        <Menu.Item
          leftSection={<Keyboard size={16} />}
          rightSection={<span className="soft">?</span>}
          onClick={onShowKeys}
        >
          {t('keys.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('scheme.label')}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            rightSection={scheme === colorScheme ? <Check size={16} /> : null}
            closeMenuOnClick={false}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`scheme.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void signOut()}>
          {t('nav.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
