import { Checkbox, Loader, Table, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { Page } from './page.tsx'

/** Roles that somebody can have here; the others exist for the wire contract only. */
const FIRST = ['admin', 'livechat-manager', 'livechat-monitor', 'livechat-agent', 'user']
const UNUSED = new Set(['moderator', 'leader', 'owner', 'bot', 'app', 'guest', 'anonymous'])

/** Which role may do what. */
export function PermissionsPage() {
  const { t } = useTexts()
  const rest = useRest()
  const queries = useQueryClient()
  const { fail } = useToasts()
  const [words, setWords] = useState('livechat')
  const { data: permissions } = useQuery({
    queryKey: ['permissions'],
    queryFn: async () => (await rest('GET permissions.listAll')).update,
  })
  const { data: roles } = useQuery({
    queryKey: ['roles'],
    queryFn: async () => {
      const { roles: all } = await rest('GET roles.list')
      const rank = (id: string): number => (FIRST.includes(id) ? FIRST.indexOf(id) : FIRST.length)
      return all
        .filter(({ _id }) => !UNUSED.has(_id))
        .sort((one, other) => rank(one._id) - rank(other._id))
    },
  })
  const wanted = words.trim().toLowerCase()
  const shown = permissions
    ?.filter(({ _id, level }) => level === undefined && _id.includes(wanted))
    .sort((one, other) => (one._id < other._id ? -1 : 1))

  const change = async (permissionId: string, role: string, on: boolean): Promise<void> => {
    // Shown at once; the server's word follows.
    queries.setQueryData<typeof permissions>(['permissions'], (all) =>
      all?.map((one) => {
        if (one._id !== permissionId) return one
        const others = one.roles.filter((id) => id !== role)
        return { ...one, roles: on ? [...others, role] : others }
      }),
    )
    try {
      const body = { permissionId, role }
      await (on
        ? rest('POST permissions.addRole', { body })
        : rest('POST permissions.removeRole', { body }))
    } catch (error) {
      fail(error)
    }
    await queries.invalidateQueries({ queryKey: ['permissions'] })
  }

  return (
    <Page wide title={t('permissions.title')} lead={t('permissions.lead')}>
      <div className="filters">
        <TextInput
          type="search"
          leftSection={<Search size={16} />}
          aria-label={t('permissions.search')}
          placeholder={t('permissions.search')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {shown === undefined || roles === undefined ? (
        <Loader size="sm" aria-label={t('action.loading')} />
      ) : shown.length === 0 ? (
        <p className="soft">{t('details.nothingFound')}</p>
      ) : (
        <div
          className="card table-wrap"
          tabIndex={0}
          role="region"
          aria-label={t('permissions.title')}
        >
          <Table className="permissions-table" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('permissions.one')}</Table.Th>
                {roles.map(({ _id, name }) => (
                  <Table.Th key={_id}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((permission) => (
                <Table.Tr key={permission._id}>
                  <Table.Td>
                    <code>{permission._id}</code>
                  </Table.Td>
                  {roles.map(({ _id, name }) => (
                    <Table.Td key={_id}>
                      <Checkbox
                        aria-label={t('permissions.give', {
                          permission: permission._id,
                          role: name,
                        })}
                        checked={permission.roles.includes(_id)}
                        onChange={(event) =>
                          void change(permission._id, _id, event.currentTarget.checked)
                        }
                      />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Page>
  )
}
