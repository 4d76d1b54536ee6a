import { Badge, Button } from '@mantine/core'
import { Laptop, Smartphone } from 'lucide-react'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import { useTexts } from '../texts/texts.ts'

type Session = AnswerOf<Endpoints['GET sessions/list.all']>['sessions'][number]

/** Logins, each with a button that ends it. */
export function SessionList({
  sessions,
  onEnd,
}: {
  sessions: readonly Session[]
  onEnd: (session: Session) => void
}) {
  const texts = useTexts()
  const { t } = texts
  return (
    <div className="card">
      {sessions.map((session) => {
        const { device, _user: user } = session
        const Icon = /mobile|phone|tablet/i.test(device.type) ? Smartphone : Laptop
        const what = [device.name, device.version].filter(Boolean).join(' ')
        return (
          <div key={session.sessionId} className="session">
            <Icon size={22} strokeWidth={1.5} aria-hidden="true" />
            <div>
              <strong>{user === undefined ? what : user.name}</strong>{' '}
              {user === undefined ? null : (
                <Badge variant="default" tt="none">
                  <bdi dir="ltr">{`@${user.username}`}</bdi>
                </Badge>
              )}
              <small>
                {[user === undefined ? '' : what, device.os.name, session.ip]
                  .filter(Boolean)
                  .join(' · ')}
                {' · '}
                {t('sessions.since', { date: texts.full(session.loginAt) })}
              </small>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('sessions.endOne', {
                name: user?.name ?? what,
                date: texts.full(session.loginAt),
              })}
              onClick={() => onEnd(session)}
            >
              {t('sessions.end')}
            </Button>
          </div>
        )
      })}
    </div>
  )
}
