import { Drawer } from '@mantine/core'
import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { MessagesSquare } from 'lucide-react'
import { useState } from 'react'
import { Conversation } from '../conversation/conversation.tsx'
import { Details } from '../conversation/details.tsx'
import { useDeskState, useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import './inbox.css'
import { InboxList } from './inbox-list.tsx'
import { useQuery } from '@tanstack/react-query'

/** What waits, what is mine, and the chosen conversation with its visitor beside it. */
export function InboxPage({ rid }: { rid?: string }) {
  const { t } = useTexts()
  const hasRoomForDetails = useMediaQuery('(min-width: 1180px)')
  const [wantsDetails, setWantsDetails] = useLocalStorage({
    key: 'foyer.desk.details',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [isDrawerOpen, setDrawerOpen] = useState(false)
  const showsDetails = hasRoomForDetails && wantsDetails

  return (
    <div className="inbox" data-open={rid !== undefined || undefined}>
      <InboxList rid={rid} />
      {rid === undefined ? (
        <div className="inbox-empty">
          <MessagesSquare size={44} strokeWidth={1.2} aria-hidden="true" />
          <p>{t('inbox.nothingChosen')}</p>
        </div>
      ) : (
        <>
          <Conversation
            key={rid}
            rid={rid}
            showsDetails={showsDetails}
            onDetails={() =>
              hasRoomForDetails ? setWantsDetails(!wantsDetails) : setDrawerOpen((open) => !open)
            }
          />
          {showsDetails ? (
            <DetailsOf rid={rid} isNarrow={false} onClose={() => setWantsDetails(false)} />
          ) : (
            <Drawer
              className="drawer"
              position="right"
              size={360}
              opened={isDrawerOpen && !hasRoomForDetails}
              onClose={() => setDrawerOpen(false)}
              title={t('details.title')}
              closeButtonProps={{ 'aria-label': t('action.close') }}
            >
              <DetailsOf rid={rid} isNarrow onClose={() => setDrawerOpen(false)} />
            </Drawer>
          )}
        </>
      )}
    </div>
  )
}

function DetailsOf({
  rid,
  isNarrow,
  onClose,
}: {
  rid: string
  isNarrow: boolean
  onClose: () => void
}) {
  const rest = useRest()
  const known = useDeskState(
    ({ conversations }) => conversations.find((one) => one.rid === rid)?.room,
  )
  const { data } = useQuery({
    queryKey: ['room', rid],
    queryFn: async () => (await rest('GET rooms.info', { query: { roomId: rid } })).room,
    enabled: known === undefined,
  })
  const room = known ?? data
  return room === undefined ? null : <Details room={room} isNarrow={isNarrow} onClose={onClose} />
}
