import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import {
  ArrowLeft,
  CircleCheck,
  Download,
  EllipsisVertical,
  MailPlus,
  PanelRight,
  Undo2,
} from 'lucide-react'
import { useState } from 'react'
import type { Room } from '../../client/index.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { saveAsText } from './save-as-text.ts'
import { TranscriptDialog } from './transcript-dialog.tsx'

/** Who it is, and what can be done with the conversation. */
export function ConversationHead({
  name,
  state,
  room,
  canWrite,
  canClose,
  showsDetails,
  onBack,
  onDetails,
  onReturn,
  onClose,
}: {
  name: string
  /** One line on how the conversation stands. */
  state: string
  room: Room | undefined
  canWrite: boolean
  canClose: boolean
  showsDetails: boolean
  onBack: () => void
  onDetails: () => void
  onReturn: () => void
  onClose: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { can } = useAccess()
  const { fail } = useToasts()
  const [isSending, setSending] = useState(false)
  return (
    <header className="conversation-head">
      <ActionIcon
        className="phone-only"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('action.back')}
        onClick={onBack}
      >
        <ArrowLeft size={20} className="mirrored" />
      </ActionIcon>
      <Avatar name={name} status={room?.open === true ? room.v.status : undefined} />
      <div className="conversation-title">
        <h1 className="one-line">{name}</h1>
        <p className="one-line soft">{state}</p>
      </div>
      <div className="conversation-actions">
        {canWrite ? (
          <Tooltip label={t('conversation.return')}>
            <ActionIcon
              className="desk-only"
              variant="default"
              size="lg"
              aria-label={t('conversation.return')}
              onClick={onReturn}
            >
              <Undo2 size={17} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        {canClose ? (
          <Button
            className="desk-only"
            variant="default"
            size="sm"
            leftSection={<CircleCheck size={16} />}
            onClick={onClose}
          >
            {t('conversation.close')}
          </Button>
        ) : null}
      </div>
      <Tooltip label={t('details.title')}>
        <ActionIcon
          className="desk-only toggle"
          variant="default"
          size="lg"
          aria-label={t('details.title')}
          aria-pressed={showsDetails}
          onClick={onDetails}
        >
          <PanelRight size={17} className="mirrored" />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('action.more')}>
            <EllipsisVertical size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            className="phone-item"
            leftSection={<PanelRight size={16} />}
            onClick={onDetails}
          >
            {t('details.title')}
          </Menu.Item>
          {canWrite ? (
            <Menu.Item className="phone-item" leftSection={<Undo2 size={16} />} onClick={onReturn}>
              {t('conversation.return')}
            </Menu.Item>
          ) : null}
          {canClose ? (
            <Menu.Item
              className="phone-item"
              leftSection={<CircleCheck size={16} />}
              onClick={onClose}
            >
              {t('conversation.close')}
            </Menu.Item>
          ) : null}
          {can('send-omnichannel-chat-transcript') ? (
            <Menu.Item leftSection={<MailPlus size={16} />} onClick={() => setSending(true)}>
              {t('transcript.send')}
            </Menu.Item>
          ) : null}
          <Menu.Item
            leftSection={<Download size={16} />}
            disabled={room === undefined}
            onClick={() => {
              if (room !== undefined) saveAsText(texts, rest, room).catch(fail)
            }}
          >
            {t('transcript.download')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {room === undefined ? null : (
        <TranscriptDialog room={room} opened={isSending} onClose={() => setSending(false)} />
      )}
    </header>
  )
}
