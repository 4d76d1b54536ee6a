import { Button, CloseButton } from '@mantine/core'
import {
  CalendarClock,
  Clock,
  Headset,
  Laptop,
  Mail,
  MapPin,
  MessageCircleHeart,
  Pencil,
  Phone,
  Star,
  Tag,
  Tags,
  Type,
} from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Room } from '../../client/index.ts'
import { useAccess } from '../session/access.ts'
import { useAgentName } from '../session/agents.ts'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { browserName } from './browser-name.ts'
import './details.css'
import { EditDetails } from './edit-details.tsx'
import { Pages } from './pages.tsx'
import { Past } from './past.tsx'
import { useFields, valuesOf } from './use-fields.ts'
import { useVisitor } from './use-visitor.ts'

/** Who writes: what is known of the visitor, the pages he looked at, what was said before. */
export function Details({
  room,
  onClose,
  isNarrow,
}: {
  room: Room
  onClose: () => void
  /** In a drawer, which has a button and a name of its own. */
  isNarrow: boolean
}) {
  const texts = useTexts()
  const { t } = texts
  const { me, can } = useAccess()
  const [isEditing, setEditing] = useState(false)
  const visitor = useVisitor(room)
  const agent = useAgentName(room.servedBy)
  const name = visitor?.name ?? room.fname
  const browser = visitor?.userAgent === undefined ? undefined : browserName(visitor.userAgent)
  const mayEdit = room.servedBy?._id === me?._id || can('save-others-livechat-room-info')
  return (
    <aside className="details" aria-label={t('details.title')}>
      <header className="details-head">
        <Avatar name={name} size={52} status={room.v.status} />
        <div>
          <h2 className="one-line">{name}</h2>
          <p className="soft">
            {room.v.status === 'online' ? t('visitor.online') : t('visitor.away')}
          </p>
        </div>
        {isNarrow ? null : <CloseButton aria-label={t('action.close')} onClick={onClose} />}
      </header>

      <dl className="facts">
        {visitor?.visitorEmails?.map(({ address }) => (
          <Fact key={address} icon={<Mail size={15} />} label={t('details.email')}>
            <a href={`mailto:${address}`}>{address}</a>
          </Fact>
        ))}
        {visitor?.phone?.map(({ phoneNumber }) => (
          <Fact key={phoneNumber} icon={<Phone size={15} />} label={t('details.phone')}>
            <a href={`tel:${phoneNumber}`}>
              <bdi dir="ltr">{phoneNumber}</bdi>
            </a>
          </Fact>
        ))}
        {browser === undefined ? null : (
          <Fact icon={<Laptop size={15} />} label={t('details.browser')}>
            {browser}
          </Fact>
        )}
        {visitor?.ip === undefined ? null : (
          <Fact icon={<MapPin size={15} />} label={t('details.ip')}>
            {visitor.ip}
          </Fact>
        )}
        {visitor === undefined ? null : (
          <Fact icon={<Clock size={15} />} label={t('details.since')}>
            {texts.full(visitor.ts)}
          </Fact>
        )}
        <Fields scope="visitor" data={visitor?.livechatData} />
      </dl>

      <section>
        <h3>{t('details.conversation')}</h3>
        <dl className="facts">
          <Fact icon={<CalendarClock size={15} />} label={t('details.began')}>
            {texts.full(room.ts)}
          </Fact>
          {agent === undefined ? null : (
            <Fact icon={<Headset size={15} />} label={t('history.agent')}>
              {agent}
            </Fact>
          )}
          {room.topic === undefined ? null : (
            <Fact icon={<Type size={15} />} label={t('details.topic')}>
              {room.topic}
            </Fact>
          )}
          {room.tags === undefined || room.tags.length === 0 ? null : (
            <Fact icon={<Tags size={15} />} label={t('details.tags')}>
              {room.tags.join(', ')}
            </Fact>
          )}
          {room.satisfaction === undefined ? null : (
            <Fact icon={<Star size={15} />} label={t('details.rating')}>
              {room.satisfaction}
            </Fact>
          )}
          {room.additionalFeedback === undefined ? null : (
            <Fact icon={<MessageCircleHeart size={15} />} label={t('details.feedback')}>
              {room.additionalFeedback}
            </Fact>
          )}
          <Fields scope="room" data={room.livechatData} />
        </dl>
        {mayEdit && visitor !== undefined ? (
          <Button
            mt="xs"
            size="compact-sm"
            variant="subtle"
            leftSection={<Pencil size={14} />}
            onClick={() => setEditing(true)}
          >
            {t('details.edit')}
          </Button>
        ) : null}
      </section>
      {isEditing && visitor !== undefined ? (
        <EditDetails room={room} visitor={visitor} onClose={() => setEditing(false)} />
      ) : null}
      <Pages rid={room._id} />
      <Past room={room} />
    </aside>
  )
}

/** Custom fields under the names that people gave them. */
function Fields({ scope, data }: { scope: 'visitor' | 'room'; data: unknown }) {
  const fields = useFields(scope)
  return Object.entries(valuesOf(data))
    .filter(([, value]) => value !== '')
    .map(([key, value]) => (
      <Fact
        key={key}
        icon={<Tag size={15} />}
        label={fields.find(({ _id }) => _id === key)?.label ?? key}
      >
        {value}
      </Fact>
    ))
}

function Fact({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        <span aria-hidden="true">{icon}</span>
        {label}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}
