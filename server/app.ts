import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { joinOthers } from './bus/join.ts'
import { LinkedBus } from './bus/linked-bus.ts'
import { Nodes } from './cluster/nodes.ts'
import type { Config } from './config.ts'
import type { AppContext } from './context.ts'
import type { Endpoint } from './contract/define.ts'
import { insertMissingRoles, seedUsers, type FirstRun } from './features/accounts/seed.ts'
import { pushHandler, pushSendHandler } from './features/push/delivery.ts'
import { PUSH_JOB, PUSH_SEND_JOB } from './features/push/outbox.ts'
import { removeFileJob } from './features/files/jobs.ts'
import { REMOVE_FILE } from './features/files/store.ts'
import { createMessageSender } from './features/messages/sender.ts'
import { OFFLINE_MESSAGE_MAIL, offlineMessageMail } from './features/offline-messages/mail-job.ts'
import { RecentPageVisits } from './features/page-visits/recent.ts'
import { insertMissingPermissions, StoredPermissions } from './features/permissions/store.ts'
import { KnownRoles } from './features/roles/store.ts'
import { generateSettings, StoredSettings } from './features/settings/store.ts'
import { transcriptMail } from './features/transcripts/mail-job.ts'
import { TRANSCRIPT_MAIL } from './features/transcripts/schedule.ts'
import { VisitorIdentities } from './features/visitors/access.ts'
import { forgetErased } from './features/visitors/forgetting.ts'
import { RetentionWorker } from './features/privacy/retention-worker.ts'
import { webhookHandler } from './features/webhooks/delivery.ts'
import { WEBHOOK_JOB, webhookListener } from './features/webhooks/outbox.ts'
import { openFileStores } from './files/open-stores.ts'
import { addRoutes } from './routes.ts'
import type { AnswerObserver } from './http/router.ts'
import { createHttpEdge } from './http/server.ts'
import { JobQueue } from './jobs/queue.ts'
import { readJobFigures } from './jobs/dead.ts'
import { JobWorker, type JobHandler } from './jobs/worker.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { newId } from './lib/ids.ts'
import { createLogger } from './lib/logger.ts'
import { createMarkup } from './markup/markup.ts'
import { createDomainCheck, type DomainCheck } from './mail/domain-check.ts'
import { Mailer } from './mail/mailer.ts'
import { METHODS } from './methods.ts'
import { createMetrics } from './metrics.ts'
import { createOutbound } from './outbound/outbound.ts'
import { LivePresence } from './presence/live-presence.ts'
import { Realtime } from './realtime/realtime.ts'
import { RoutingWorker } from './routing/worker.ts'
import { openDatabase } from './storage/open.ts'

/** What a test may replace, and what only the one who starts the process knows. */
export interface AppOptions {
  /** Asks for the figures of all workers, where this process is one of several. */
  metricsOfAll?: () => Promise<string | undefined>
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
  /** Sockets; tests let it look at once for what it otherwise looks for every few seconds. */
  realtime: Realtime
  /** Watches the other processes by itself; tests let it look. */
  nodes: Nodes
  /** Who is connected; tests let it write at once. */
  presence: LivePresence
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
  const metrics = createMetrics(options.metricsOfAll)
  const nodeId = newId(clock.now())
  const bus = new LinkedBus(nodeId)
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
    forgetErased(ctx)
    metrics.bus(() => bus.state === 'lost')
    const nodes = new Nodes({
      id: nodeId,
      name: `${hostname()}:${process.pid}`,
      db,
      bus,
      clock,
      log,
      held: [settings, permissions, new KnownRoles()],
    })
    const presence = new LivePresence(ctx, nodeId)
    nodes.watch(presence)
    const {
      app: http,
      router,
      limits,
      load,
    } = createHttpEdge(ctx, () => nodes.count, options.observeAnswer)
    const domainExists = options.domainExists ?? createDomainCheck()
    const files = openFileStores(config, db)
    const outbound = createOutbound(() => settings.get('Foyer_outbound_allow'))
    addRoutes({ http, router, ctx, settings, permissions, domainExists, files, outbound, nodes })
    const realtime = new Realtime({ ctx, methods: METHODS, limits, load, presence })
    realtime.attach(http.server)
    await joinOthers(bus, config, settings.get('uniqueID'), () => nodes.busChanged())
    await nodes.start()
    presence.start()
    const routing = new RoutingWorker(ctx)
    routing.start()
    const retention = new RetentionWorker(ctx)
    retention.start()
    const mailer = new Mailer(ctx)
    const handlers = new Map<string, JobHandler>([
      [OFFLINE_MESSAGE_MAIL, offlineMessageMail(ctx, mailer)],
      [TRANSCRIPT_MAIL, transcriptMail(ctx, mailer)],
      [REMOVE_FILE, removeFileJob(db, files)],
      [PUSH_JOB, pushHandler(ctx)],
      [PUSH_SEND_JOB, pushSendHandler(ctx, outbound)],
      [WEBHOOK_JOB, webhookHandler(ctx, outbound)],
    ])
    const alone = db.engine === 'sqlite'
    metrics.jobs(() => db.read((reader) => readJobFigures(reader, clock.now())))
    const worker = new JobWorker(
      { db, clock, log, jobs, alone, ended: (kind, outcome) => metrics.jobEnded(kind, outcome) },
      handlers,
    )
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
      realtime,
      nodes,
      presence,
      endpoints: router.endpoints,
      firstRun,
      close: async () => {
        // Who is connected stays noted until he has found another process.
        await presence.stop()
        // Sockets first: the listener ends when its last connection has.
        await realtime.stop()
        await http.close()
        await routing.stop()
        await retention.stop()
        await worker.stop()
        await nodes.stop()
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
