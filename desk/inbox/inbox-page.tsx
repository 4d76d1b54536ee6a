import { MessagesSquare } from 'lucide-react'
import { ConversationPane } from '../conversation/pane.tsx'
import { useTexts } from '../texts/texts.ts'
import './inbox.css'
import { InboxList } from './inbox-list.tsx'

/** What waits, what is mine, and the chosen conversation with its visitor beside it. */
export function InboxPage({ rid }: { rid?: string }) {
  const { t } = useTexts()
  return (
    <div className="inbox" data-open={rid !== undefined || undefined}>
      <InboxList rid={rid} />
      {rid === undefined ? (
        <div className="inbox-empty">
          <MessagesSquare size={44} strokeWidth={1.2} aria-hidden="true" />
          <p>{t('inbox.nothingChosen')}</p>
        </div>
      ) : (
        <ConversationPane rid={rid} home="/" />
      )}
    </div>
  )
}
