import { ActionIcon, Badge, Button, Loader, Menu, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Plus, Search } from 'lucide-react'
import { useState } from 'react'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts, type TextKey } from '../texts/texts.ts'
import { NewPerson } from './new-person.tsx'
import { Page } from './page.tsx'
import { PasswordDialog } from './password-dialog.tsx'

type User = AnswerOf<Endpoints['GET users.list']>['users'][number]

const ROLES: Readonly<Record<string, TextKey>> = {
  admin: 'role.admin',
  'livechat-manager': 'role.manager',
  'livechat-agent': 'role.agent',
  'livechat-monitor': 'role.monitor',
}
const STAFF = ['agent', 'manager'] as const

/** Who works here: agents, managers, administrators. */
export function PeoplePage() {
  const { t } = useTexts()
  const rest = useRest()
  const { can } = useAccess()
  const queries = useQueryClient()
  const [words, setWords] = useState('')
  const [isAdding, setAdding] = useState(false)
  const { data } = useQuery({
    queryKey: ['people'],
    queryFn: async () =>
      (await rest('GET users.list', { query: { count: 100, sort: '{"name":1}' } })).users,
    refetchInterval: 20_000,
  })
  const wanted = words.trim().toLowerCase()
  const people = data?.filter(
    ({ type, username, name, emails }) =>
      type === 'user' &&
      [username, name, ...(emails ?? []).map(({ address }) => address)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
  )
  const reload = (): Promise<void> => queries.invalidateQueries({ queryKey: ['people'] })

  return (
    <Page
      title={t('people.title')}
      lead={t('people.lead')}
      actions={
        can('create-user') ? (
          <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
            {t('people.add')}
          </Button>
        ) : null
      }
    >
      <div className="filters">
        <TextInput
          type="search"
          leftSection={<Search size={16} />}
          aria-label={t('people.search')}
          placeholder={t('people.search')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {people === undefined ? <Loader size="sm" aria-label={t('action.loading')} /> : null}
      {people?.length === 0 ? <p className="soft">{t('details.nothingFound')}</p> : null}
      {people === undefined || people.length === 0 ? null : (
        <ul className="card people" aria-label={t('people.title')}>
          {people.map((user) => (
            <Person key={user._id} user={user} onChanged={reload} />
          ))}
        </ul>
      )}
      <NewPerson opened={isAdding} onClose={() => setAdding(false)} onAdded={reload} />
    </Page>
  )
}

function Person({ user, onChanged }: { user: User; onChanged: () => Promise<void> }) {
  const { t } = useTexts()
  const rest = useRest()
  const { me, can } = useAccess()
  const { fail, tell } = useToasts()
  const [asksPassword, setAsksPassword] = useState(false)
  const roles = user.roles ?? []
  const isMe = user._id === me?._id

  const act = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
      await onChanged()
      tell(t('people.changed', { name: user.name }))
    } catch (error) {
      fail(error)
    }
  }
  const setStaff = (type: (typeof STAFF)[number], on: boolean): void =>
    void act(
      on
        ? rest('POST livechat/users/:type', {
            params: { type },
            body: { username: user.username },
          })
        : rest('DELETE livechat/users/:type/:_id', { params: { type, _id: user._id } }),
    )

  return (
    <li className="person">
      <Avatar name={user.name} size={36} status={user.status} />
      <div>
        <strong>{user.name}</strong>
        {isMe ? ` (${t('message.you')})` : ''}
        <small>
          <bdi dir="ltr">@{user.username}</bdi>
          {user.emails?.[0] === undefined ? '' : ` · ${user.emails[0].address}`}
        </small>
      </div>
      <div className="chips">
        {roles
          .filter((role) => role !== 'user')
          .map((role) => (
            <Badge key={role} variant="default" tt="none" fw={550}>
              {ROLES[role] === undefined ? role : t(ROLES[role])}
            </Badge>
          ))}
      </div>
      <span className="person-status soft">
        {user.active ? t(`status.${user.status}`) : t('people.off')}
      </span>
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('people.actions', { name: user.name })}
          >
            <Ellipsis size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {STAFF.filter((type) => can(`manage-livechat-${type}s`)).map((type) => {
            const has = roles.includes(`livechat-${type}`)
            return (
              <Menu.Item key={type} onClick={() => setStaff(type, !has)}>
                {t(`people.${type}${has ? 'Off' : 'On'}`)}
              </Menu.Item>
            )
          })}
          {can('edit-other-user-password') && !isMe ? (
            <Menu.Item onClick={() => setAsksPassword(true)}>{t('people.password')}</Menu.Item>
          ) : null}
          {can('edit-other-user-active-status') && !isMe ? (
            <Menu.Item
              {...(user.active ? { color: 'red' } : {})}
              onClick={() =>
                void act(
                  rest('POST users.setActiveStatus', {
                    body: {
                      userId: user._id,
                      activeStatus: !user.active,
                      confirmRelinquish: true,
                    },
                  }),
                )
              }
            >
              {t(user.active ? 'people.deactivate' : 'people.activate')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog user={user} opened={asksPassword} onClose={() => setAsksPassword(false)} />
    </li>
  )
}
