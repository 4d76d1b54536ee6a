import type { FastifyInstance } from 'fastify'
import { MemoryBus } from './bus/memory-bus.ts'
import type { Config } from './config.ts'
import type { AppContext } from './context.ts'
import type { Endpoint } from './contract/define.ts'
import { insertMissingRoles, seedUsers, type FirstRun } from './features/accounts/seed.ts'
import { removeFileJob } from './features/files/jobs.ts'
import { REMOVE_FILE } from './features/files/store.ts'
import { createMessageSender } from './features/messages/sender.ts'
import { OFFLINE_MESSAGE_MAIL, offlineMessageMail } from './features/offline-messages/mail-job.ts'
import { RecentPageVisits } from './features/page-visits/recent.ts'
import { insertMissingPermissions, StoredPermissions } from './features/permissions/store.ts'
import { generateSettings, StoredSettings } from './features/settings/store.ts'
import { transcriptMail } from './features/transcripts/mail-job.ts'
import { TRANSCRIPT_MAIL } from './features/transcripts/schedule.ts'
import { VisitorIdentities } from './features/visitors/access.ts'
import { RetentionWorker } from './features/privacy/retention-worker.ts'
import { webhookHandler } from './features/webhooks/delivery.ts'
import { WEBHOOK_JOB, webhookListener } from './features/webhooks/outbox.ts'
import { openFileStores } from './files/open-stores.ts'
import { addRoutes } from './routes.ts'
import type { AnswerObserver } from './http/router.ts'
import { createHttpEdge } from './http/server.ts'
import { JobQueue } from './jobs/queue.ts'
import { JobWorker, type JobHandler } from './jobs/worker.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { createLogger } from './lib/logger.ts'
import { createMarkup } from './markup/markup.ts'
import { createDomainCheck, type DomainCheck } from './mail/domain-check.ts'
import { Mailer } from './mail/mailer.ts'
import { createMetrics } from './metrics.ts'
import { createOutbound } from './outbound/outbound.ts'
import { RoutingWorker } from './routing/worker.ts'
import { openDatabase } from './storage/open.ts'

/** What a test may replace. */
export interface AppOptions {
  clock?: Clock
  observeAnswer?: AnswerObserver
  /** Looks up the domains of e-mail addresses. */
  domainExists?: DomainCheck
}

/** A server that has not begun to listen. */
export interface App {
  http: FastifyInstance
  ctx: AppContext
  /** The route table: everything that can be called. */
  endpoints: readonly Endpoint[]
  /** Works by itself once a second; tests give it a round instead of waiting. */
  routing: RoutingWorker
  /** Works by itself once the server listens; tests let it drain what is due. */
  jobs: JobWorker
  /** Works by itself once an hour; tests give it a round. */
  retention: RetentionWorker
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
  const bus = new MemoryBus()
  const db = await openDatabase(config.storage, {
    committed: (operations, seconds) => metrics.committed(operations, seconds),
    rang: (topics) => bus.ring(topics),
  })
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
    const jobs = new JobQueue(clock)
    const ctx: AppContext = {
      config,
      db,
      bus,
      settings,
      permissions,
      clock,
      log,
      metrics,
      markup,
      jobs,
      sendMessage: createMessageSender(
        db,
        metrics,
        config.rootUrl,
        webhookListener({ settings, jobs }),
      ),
      remembered: { identities: new VisitorIdentities(), pageVisits: new RecentPageVisits() },
    }
    const { app: http, router } = createHttpEdge(ctx, options.observeAnswer)
    const domainExists = options.domainExists ?? createDomainCheck()
    const files = openFileStores(config, db)
    const outbound = createOutbound(() => settings.get('Foyer_outbound_allow'))
    addRoutes({ http, router, ctx, settings, permissions, domainExists, files, outbound })
    const routing = new RoutingWorker(ctx)
    routing.start()
    const retention = new RetentionWorker(ctx)
    retention.start()
    const mailer = new Mailer(ctx)
    const handlers = new Map<string, JobHandler>([
      [OFFLINE_MESSAGE_MAIL, offlineMessageMail(ctx, mailer)],
      [TRANSCRIPT_MAIL, transcriptMail(ctx, mailer)],
      [REMOVE_FILE, removeFileJob(db, files)],
      [WEBHOOK_JOB, webhookHandler(ctx, outbound)],
    ])
    const alone = db.engine === 'sqlite'
    const worker = new JobWorker({ db, clock, log, jobs, alone }, handlers)
    http.addHook('onListen', (done) => {
      worker.start()
      done()
    })
    return {
      http,
      ctx,
      routing,
      jobs: worker,
      retention,
      endpoints: router.endpoints,
      firstRun,
      close: async () => {
        await http.close()
        await routing.stop()
        await retention.stop()
        await worker.stop()
        mailer.close()
        await markup.close()
        await db.close()
        await bus.close()
      },
    }
  } catch (error) {
    await markup.close()
    await db.close()
    throw error
  }
}
