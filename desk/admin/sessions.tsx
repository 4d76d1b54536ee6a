import { Loader, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { Page } from './page.tsx'
import { SessionList } from './session-list.tsx'

/** Everybody's logins. */
export function SessionsPage() {
  const { t } = useTexts()
  const rest = useRest()
  const queries = useQueryClient()
  const { fail, tell } = useToasts()
  const [words, setWords] = useState('')
  const [filter] = useDebouncedValue(words.trim(), 250)
  const { data } = useQuery({
    queryKey: ['sessions', filter],
    queryFn: async () => {
      const query = { count: 100, sort: '{"loginAt":-1}', ...(filter === '' ? {} : { filter }) }
      return (await rest('GET sessions/list.all', { query })).sessions
    },
    placeholderData: (before) => before,
  })
  const end = async (sessionId: string): Promise<void> => {
    try {
      await rest('POST sessions/logout', { body: { sessionId } })
      await queries.invalidateQueries({ queryKey: ['sessions'] })
      tell(t('sessions.ended'))
    } catch (error) {
      fail(error)
    }
  }
  return (
    <Page title={t('sessions.title')} lead={t('sessions.lead')}>
      <div className="filters">
        <TextInput
          type="search"
          leftSection={<Search size={16} />}
          aria-label={t('sessions.search')}
          placeholder={t('sessions.search')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {data === undefined ? <Loader size="sm" aria-label={t('action.loading')} /> : null}
      {data?.length === 0 ? <p className="soft">{t('details.nothingFound')}</p> : null}
      {data === undefined || data.length === 0 ? null : (
        <SessionList sessions={data} onEnd={({ sessionId }) => void end(sessionId)} />
      )}
    </Page>
  )
}
