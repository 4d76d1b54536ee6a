import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import type { AppContext } from './context.ts'
import { insertMissingRoles, seedUsers, type FirstRun } from './features/accounts/seed.ts'
import { createMessageSender } from './features/messages/sender.ts'
import { RecentPageVisits } from './features/page-visits/recent.ts'
import { insertMissingPermissions, StoredPermissions } from './features/permissions/store.ts'
import { generateSettings, StoredSettings } from './features/settings/store.ts'
import { VisitorIdentities } from './features/visitors/access.ts'
import { addRoutes } from './routes.ts'
import type { AnswerObserver } from './http/router.ts'
import { createHttpEdge } from './http/server.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { createLogger } from './lib/logger.ts'
import { createMarkup } from './markup/markup.ts'
import { createMetrics } from './metrics.ts'
import { openDatabase } from './storage/open.ts'

/** What a test may replace. */
export interface AppOptions {
  clock?: Clock
  observeAnswer?: AnswerObserver
}

/** A server that has not begun to listen. */
export interface App {
  http: FastifyInstance
  ctx: AppContext
  /** Set on the first start of an installation. */
  firstRun: FirstRun | undefined
  /** Finishes what was accepted, then frees everything, in reverse order of building. */
  close(): Promise<void>
}

/**
 * Builds the whole server: storage migrated, first users seeded, every route added.
 * @throws what makes a start impossible (data folder in use, database away, schema too new)
 */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const clock = options.clock ?? systemClock
  const log = createLogger(config.logLevel)
  const metrics = createMetrics()
  const db = await openDatabase(config.storage, metrics)
  const markup = createMarkup()
  try {
    const settings = new StoredSettings(config)
    await settings.load(db)
    await generateSettings(db, settings, clock.now())
    await insertMissingRoles(db, clock.now())
    await insertMissingPermissions(db, clock.now())
    const permissions = new StoredPermissions()
    await permissions.load(db)
    const firstRun = await seedUsers(db, config, clock.now())
    const ctx: AppContext = {
      config,
      db,
      settings,
      permissions,
      clock,
      log,
      metrics,
      markup,
      sendMessage: createMessageSender(db, metrics, config.rootUrl),
      remembered: { identities: new VisitorIdentities(), pageVisits: new RecentPageVisits() },
    }
    const { app: http, router } = createHttpEdge(ctx, options.observeAnswer)
    addRoutes({ http, router, ctx, settings, permissions })
    return {
      http,
      ctx,
      firstRun,
      close: async () => {
        await http.close()
        await markup.close()
        await db.close()
      },
    }
  } catch (error) {
    await markup.close()
    await db.close()
    throw error
  }
}
