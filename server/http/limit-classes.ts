import type { LimitClass } from '../contract/define.ts'
import type { Settings } from '../context.ts'
import type { LimitState, RateLimits } from './limits.ts'

/** Who a call is counted against. */
export interface LimitSubject {
  ip: string
  route: string
  userId: string | undefined
}

/**
 * The limit that is known before the request is read: per user when signed in, else per address.
 * Agents behind one office address are counted each for himself.
 * @throws ApiError `error-too-many-requests`
 */
export function limitCaller(
  limits: RateLimits,
  settings: Settings,
  limitClass: LimitClass,
  subject: LimitSubject,
): LimitState | undefined {
  if (subject.userId !== undefined) {
    return limits.take(`user:${subject.userId}`, settings.get('Foyer_rate_user_per_minute'))
  }
  const key = `${subject.route}|${subject.ip}`
  switch (limitClass) {
    case 'standard':
      return limits.take(key, settings.get('Foyer_rate_ip_route_per_minute'))
    case 'registration':
      return limits.take(key, settings.get('Foyer_rate_registration_per_ip'))
    case 'message':
      return limits.take(key, settings.get('Foyer_rate_messages_per_ip'))
    case 'login':
      return limits.take(key, settings.get('Foyer_rate_login_per_ip'))
    case 'none':
      return undefined
  }
}

/**
 * The limit of one visitor or account, known once the request has been read and validated.
 * @throws ApiError `error-too-many-requests`
 */
export function limitSubject(
  limits: RateLimits,
  settings: Settings,
  limitClass: LimitClass,
  route: string,
  name: string,
): LimitState | undefined {
  switch (limitClass) {
    case 'registration':
      return limits.take(`${route}#${name}`, settings.get('Foyer_rate_registration_per_token'))
    case 'message':
      return limits.take(
        `message#${name}`,
        settings.get('Foyer_rate_visitor_messages_per_minute'),
        settings.get('Foyer_rate_visitor_messages_burst'),
      )
    case 'login':
      return limits.take(`login#${name}`, settings.get('Foyer_rate_login_per_account'))
    case 'standard':
    case 'none':
      return undefined
  }
}
