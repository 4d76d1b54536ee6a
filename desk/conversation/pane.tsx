import { Drawer } from '@mantine/core'
import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { Conversation } from './conversation.tsx'
import { Details } from './details.tsx'
import { useRoom } from './use-room.ts'

/** A conversation with its visitor beside it. @param home the page that a way back leads to */
export function ConversationPane({ rid, home }: { rid: string; home: string }) {
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
    <>
      <Conversation
        key={rid}
        rid={rid}
        home={home}
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
  const room = useRoom(rid)
  return room === undefined ? null : <Details room={room} isNarrow={isNarrow} onClose={onClose} />
}
