import { ActionIcon, Button, Menu, Progress } from '@mantine/core'
import {
  Check,
  CheckCheck,
  Clock3,
  Ellipsis,
  FileText,
  Pencil,
  RotateCw,
  Trash2,
} from 'lucide-react'
import { useState } from 'react'
import type { ChatItem } from '../../client/index.ts'
import { codeText } from '../lib/errors.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useDesk } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { Attachments } from './attachments.tsx'
import { Markup } from './markup.tsx'
import type { Row } from './rows.ts'

/** One line of the conversation. */
export function Entry({
  row,
  rid,
  visitorName,
  onEdit,
}: {
  row: Row
  rid: string
  visitorName: string
  onEdit: (item: ChatItem) => void
}) {
  const texts = useTexts()
  if (row.kind === 'day') return <div className="day">{row.text}</div>
  if (row.kind === 'system') {
    return (
      <div className="system">
        {row.text} <time dateTime={row.at}>{texts.time(row.at)}</time>
      </div>
    )
  }
  const { item, isFirst, isLast, at } = row
  const name = nameOf(item, visitorName)
  return (
    <div
      className="entry"
      data-own={item.own || undefined}
      data-team={isOfColleague(item) || undefined}
      data-first={isFirst || undefined}
      data-failed={(item.kind !== 'message' && item.delivery === 'failed') || undefined}
    >
      <div className="entry-side">
        {isFirst && !item.own ? <Avatar name={name} size={32} /> : null}
      </div>
      <div className="entry-body">
        {isFirst ? (
          <div className="entry-name">
            {item.own ? <span className="unseen">{texts.t('message.you')}</span> : name}
          </div>
        ) : (
          <span className="unseen">{item.own ? texts.t('message.you') : name}:</span>
        )}
        <div className="entry-line">
          <div className="bubble">
            <Content item={item} />
          </div>
          {item.kind === 'message' ? <Actions item={item} rid={rid} onEdit={onEdit} /> : null}
        </div>
        <Foot item={item} isLast={isLast} at={at} />
      </div>
    </div>
  )
}

/** Visitors' messages bear the name they gave; whatever else is not mine is of this side, too. */
const isOfColleague = (item: ChatItem): boolean =>
  !item.own && item.kind === 'message' && item.message.alias === undefined

function nameOf(item: ChatItem, visitorName: string): string {
  if (item.kind !== 'message') return ''
  const { alias, u } = item.message
  return alias ?? u.name ?? (u.username === '' ? visitorName : u.username)
}

function Content({ item }: { item: ChatItem }) {
  const { t, size } = useTexts()
  switch (item.kind) {
    case 'echo':
      return <p>{item.text}</p>
    case 'upload':
      return (
        <div className="file">
          <FileText size={26} strokeWidth={1.5} aria-hidden="true" />
          <span>
            <strong className="one-line">{item.name}</strong>
            <small>{size(item.size)}</small>
            {item.delivery === 'sending' ? (
              <Progress
                value={item.progress * 100}
                size="sm"
                aria-label={t('file.sending', { name: item.name })}
              />
            ) : null}
          </span>
        </div>
      )
    case 'message': {
      const { message } = item
      const isEditing = item.text !== message.msg
      return (
        <>
          <Attachments message={message} />
          {message.msg === '' && !isEditing ? null : (
            <Markup tree={isEditing ? undefined : message.md} text={item.text} />
          )}
        </>
      )
    }
  }
}

function Actions({
  item,
  rid,
  onEdit,
}: {
  item: ChatItem & { kind: 'message' }
  rid: string
  onEdit: (item: ChatItem) => void
}) {
  const { t } = useTexts()
  const desk = useDesk()
  const { fail } = useToasts()
  const [asks, setAsks] = useState(false)
  if (!item.own) return null
  const remove = (): void => {
    void desk.remove(rid, item.id).catch(fail)
  }
  const isFile = item.message.file !== undefined
  return (
    <div className="entry-actions" data-open={asks || undefined}>
      <Menu position="bottom-end" onClose={() => setAsks(false)}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('message.actions')}>
            <Ellipsis size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isFile ? null : (
            <Menu.Item leftSection={<Pencil size={15} />} onClick={() => onEdit(item)}>
              {t('message.edit')}
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            leftSection={<Trash2 size={15} />}
            closeMenuOnClick={asks}
            onClick={asks ? remove : () => setAsks(true)}
          >
            {asks ? t('message.deleteSure') : t('message.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

function Foot({ item, isLast, at }: { item: ChatItem; isLast: boolean; at: string }) {
  const texts = useTexts()
  const { t } = texts
  const desk = useDesk()
  if (item.kind !== 'message' && item.delivery === 'failed') {
    const { failure } = item
    return (
      <div className="entry-foot" role="alert">
        <span className="entry-problem">
          {failure === undefined
            ? t('message.failed')
            : codeText(texts, failure.code, failure.text)}
        </span>
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<RotateCw size={12} />}
          onClick={() => desk.retry(item.id)}
        >
          {t('message.retry')}
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => desk.discard(item.id)}
        >
          {t('message.discard')}
        </Button>
      </div>
    )
  }
  const isEdited = item.kind === 'message' && item.message.editedAt !== undefined
  if (!isLast && !isEdited && item.kind === 'message') return null
  return (
    <div className="entry-foot">
      <time dateTime={at} title={texts.full(at)}>
        {texts.time(at)}
      </time>
      {isEdited ? <span>{t('message.edited')}</span> : null}
      {item.own && isLast ? <Delivery state={item.delivery ?? 'sent'} /> : null}
    </div>
  )
}

const DELIVERY = { sending: Clock3, failed: Clock3, sent: Check, read: CheckCheck } as const

function Delivery({ state }: { state: 'sending' | 'failed' | 'sent' | 'read' }) {
  const { t } = useTexts()
  const Icon = DELIVERY[state]
  return (
    <span className="delivery" data-state={state}>
      <Icon size={14} aria-hidden="true" />
      <span>{t(`message.${state}`)}</span>
    </span>
  )
}
