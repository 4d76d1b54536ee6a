import { Button, Loader } from '@mantine/core'
import { useLocation } from 'wouter'
import { errorText } from '../lib/errors.ts'
import { usePageTitle } from '../lib/page-title.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useAgents } from '../session/agents.ts'
import { useTexts } from '../texts/texts.ts'
import { writeFilter, type Filter } from './filter.ts'
import { FilterFields } from './filter-fields.tsx'
import { RoomGroups } from './room-groups.tsx'
import { useRooms } from './use-rooms.ts'

/** The conversations that a filter leaves. */
export function HistoryList({
  rid,
  filter,
  seesAll,
}: {
  rid: string | undefined
  filter: Filter
  seesAll: boolean
}) {
  const texts = useTexts()
  const { t } = texts
  const [, go] = useLocation()
  const { rooms, total, error, hasMore, isLoadingMore, loadMore } = useRooms(filter)
  const agents = useAgents()
  const search = writeFilter(filter)
  const title = t(seesAll ? 'history.all' : 'history.mine')
  usePageTitle(title)

  const move = (step: number): void => {
    const index = rooms?.findIndex(({ _id }) => _id === rid) ?? -1
    const next = rooms?.[index === -1 ? 0 : index + step]
    if (next !== undefined) go(`/history/${next._id}${search}`, { replace: rid !== undefined })
  }
  useShortcuts({ j: () => move(1), k: () => move(-1) })

  return (
    <section className="list" aria-label={title}>
      <header className="list-head">
        <h1>{title}</h1>
      </header>
      <FilterFields
        filter={filter}
        agents={agents}
        seesAll={seesAll}
        onChange={(next) => {
          const place = rid === undefined ? '' : `/${rid}`
          go(`/history${place}${writeFilter(next)}`, { replace: true })
        }}
      />
      <div className="list-body">
        <p className="history-count" role="status">
          {rooms === undefined ? '' : t('history.count', { count: total })}
        </p>
        {error === null ? null : <p role="alert">{errorText(texts, error)}</p>}
        {rooms === undefined && error === null ? (
          <Loader m="md" size="sm" aria-label={t('action.loading')} />
        ) : null}
        <RoomGroups rooms={rooms ?? []} filter={filter} agents={agents} rid={rid} />
        {hasMore ? (
          <Button fullWidth mt="sm" variant="default" loading={isLoadingMore} onClick={loadMore}>
            {t('history.more')}
          </Button>
        ) : null}
      </div>
    </section>
  )
}
