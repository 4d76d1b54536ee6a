import type { Bus } from './bus/bus.ts'
import type { Config } from './config.ts'
import type { SettingId, SettingValue } from './features/settings/catalogue.ts'
import type { MessageSender } from './features/messages/sender.ts'
import type { RecentPageVisits } from './features/page-visits/recent.ts'
import type { VisitorIdentities } from './features/visitors/access.ts'
import type { PermissionId } from './features/permissions/catalogue.ts'
import type { JobQueue } from './jobs/queue.ts'
import type { Clock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import type { Markup } from './markup/markup.ts'
import type { Metrics } from './metrics.ts'
import type { Database } from './storage/database.ts'

/** The settings as they hold now; a change shows in the next call. */
export interface Settings {
  get<Id extends SettingId>(id: Id): SettingValue<Id>
}

/** The role table as it holds now. */
export interface Permissions {
  /** Whether any of `roles` carries `permission`. Administrators get no bypass. */
  allow(roles: readonly string[], permission: PermissionId): boolean
}

/** What every operation may use; built once by `app`, disposed in reverse. */
export interface AppContext {
  readonly config: Config
  readonly db: Database
  /** Rings for what is committed, here or in another process. */
  readonly bus: Bus
  readonly settings: Settings
  readonly permissions: Permissions
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly markup: Markup
  /** Work for after the commit: webhooks, mail, timers. Done at least once, in order within a key. */
  readonly jobs: JobQueue
  /** The one way for a person's message to the disk. */
  readonly sendMessage: MessageSender
  /** What this process remembers of visitors; losing it costs a lookup or a page title. */
  readonly remembered: { identities: VisitorIdentities; pageVisits: RecentPageVisits }
}

/** A signed-in user, as the session and the database say at this request. */
export interface Caller {
  userId: string
  username: string
  name: string
  type: 'user' | 'bot'
  roles: readonly string[]
  sessionId: string
  /** Where this request comes from. */
  ip?: string
}
