import { MessagesSquare } from 'lucide-react'
import { useSearch } from 'wouter'
import { ConversationPane } from '../conversation/pane.tsx'
import '../inbox/inbox.css'
import { useAccess } from '../session/access.ts'
import { useTexts } from '../texts/texts.ts'
import { readFilter, writeFilter } from './filter.ts'
import './history.css'
import { HistoryList } from './history-list.tsx'

/** Conversations of the past, and, for who looks after all, those of now; one of them beside. */
export function HistoryPage({ rid }: { rid?: string }) {
  const { t } = useTexts()
  const { me, isKnown, can } = useAccess()
  const seesAll = can('view-livechat-rooms')
  const filter = readFilter(useSearch(), seesAll ? 'open' : 'closed')
  // Until it is known who looks, nothing is asked: it would be refused.
  if (me === undefined || !isKnown) return null
  return (
    <div className="inbox" data-open={rid !== undefined || undefined}>
      <HistoryList
        rid={rid}
        filter={seesAll ? filter : { ...filter, state: 'closed', agent: me._id }}
        seesAll={seesAll}
      />
      {rid === undefined ? (
        <div className="inbox-empty">
          <MessagesSquare size={44} strokeWidth={1.2} aria-hidden="true" />
          <p>{t('inbox.nothingChosen')}</p>
        </div>
      ) : (
        <ConversationPane rid={rid} home={`/history${writeFilter(filter)}`} />
      )}
    </div>
  )
}
