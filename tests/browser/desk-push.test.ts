import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Page, Worker } from 'playwright-core'
import { seedAgent } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { useBrowser } from './support/browser.ts'
import { openDesk, said, seedQueue } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('notifications while the desk is closed', () => {
  const site = useSite()
  const browser = useBrowser()

  /** The push service is somebody else's and not to be had here; what it gives is made up. */
  const withPushService = async (page: Page): Promise<void> => {
    await page.context().grantPermissions(['notifications'])
    const pair = createECDH('prime256v1')
    await page.context().addInitScript((p256dh) => {
      const subscription = {
        toJSON: () => ({
          endpoint: 'https://push.example.com/1',
          keys: { p256dh, auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
        }),
        unsubscribe: () => Promise.resolve(true),
      }
      let kept: object | null = null
      Object.assign(PushManager.prototype, {
        subscribe: () => Promise.resolve((kept = subscription)),
        getSubscription: () => Promise.resolve(kept),
      })
    }, pair.generateKeys('base64url'))
  }

  /**
   * What a click on the notification on screen does: the worker's own handler is called with it,
   * since nobody else can click what the machine shows. A window is noted instead of opened, which
   * takes the click of a person.
   */
  const click = (worker: Worker): Promise<{ opened: string[]; left: number }> =>
    worker.evaluate(async () => {
      const scope = self as unknown as {
        registration: ServiceWorkerRegistration
        clients: { openWindow: (url: string) => Promise<null> }
      }
      const opened: string[] = []
      scope.clients.openWindow = (url) => Promise.resolve((opened.push(url), null))
      const [notification] = await scope.registration.getNotifications()
      const waited: Promise<unknown>[] = []
      const event = Object.assign(new Event('notificationclick'), {
        notification,
        waitUntil: (work: Promise<unknown>) => waited.push(work),
      })
      self.dispatchEvent(event)
      await Promise.all(waited)
      return { opened, left: (await scope.registration.getNotifications()).length }
    })

  test('they are switched on in the account, shown by the worker, and lead to the desk', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Ana Ferreira')
    const { username, userId } = agent
    const page = await openDesk(t, browser(), site(), username)
    const context = page.context()
    await withPushService(page)
    await page.goto(`${site().url}/account`)
    const box = page.getByRole('switch', { name: /while the desk is closed/ })
    await box.waitFor()
    await until('it can be switched', () => box.isEnabled())
    await box.click({ force: true })
    await until('the server knows the browser', async () => (await stored(userId)).length === 1)
    assert.equal((await stored(userId))[0]?.endpoint, 'https://push.example.com/1')
    await expectAccessible(page, 'the account')

    await until('the worker runs', () => context.serviceWorkers().length > 0)
    const [worker] = context.serviceWorkers()
    assert.ok(worker)
    await page.evaluate(() => navigator.serviceWorker.ready)
    const shown = () =>
      worker.evaluate(async () => {
        const { registration } = self as unknown as { registration: ServiceWorkerRegistration }
        const all = await registration.getNotifications()
        return all.map(({ title, body, tag }) => ({ title, body, tag }))
      })
    const away = await context.newPage()
    const tools = await context.newCDPSession(away)
    const known: string[] = []
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      known.push(...registrations.map(({ registrationId }) => registrationId))
    })
    await away.goto(`${site().url}/preview/page.css`)
    await tools.send('ServiceWorker.enable')
    await until('the worker is registered', () => known.length > 0)
    const arrive = async (name: string): Promise<void> => {
      const data = JSON.stringify({ rid: visitor.rid, name })
      const registrationId = known.at(-1) ?? ''
      await tools.send('ServiceWorker.deliverPushMessage', {
        origin: site().url,
        registrationId,
        data,
      })
    }

    await arrive('Seen already')
    // Answered after the message before it.
    assert.deepEqual(await shown(), [], 'nothing while somebody looks at the desk')
    await page.goto('about:blank')
    await away.goto('about:blank')
    // Until the browser has let go of the page that looked, it takes it for looked at.
    await until('it is shown', async () => {
      await arrive('Ana Ferreira')
      return (await shown()).some(({ title }) => title === 'Ana Ferreira')
    })
    assert.deepEqual(await shown(), [
      { title: 'Ana Ferreira', body: 'is waiting for an answer.', tag: visitor.rid },
    ])
    const place = `${site().url}/conversations/${visitor.rid}`
    assert.deepEqual(await click(worker), { opened: [place], left: 0 }, 'no desk is open')
    await away.close()

    await page.goto(`${site().url}/account`)
    await until('it can be switched again', () => box.isEnabled())
    await worker.evaluate(async (rid) => {
      const { registration } = self as unknown as { registration: ServiceWorkerRegistration }
      await registration.showNotification('Ana Ferreira', { tag: rid, data: { rid } })
    }, visitor.rid)
    assert.deepEqual(await click(worker), { opened: [], left: 0 }, 'the open desk is used')
    await page.waitForURL(place)
    await said(page).getByText('Ana Ferreira needs help').waitFor()
  })

  test('a browser that is told no longer is forgotten by the server', async (t) => {
    const { username, userId } = await seedAgent(site())
    const page = await openDesk(t, browser(), site(), username)
    await withPushService(page)
    await page.goto(`${site().url}/account`)
    const box = page.getByRole('switch', { name: /while the desk is closed/ })
    await until('it can be switched', () => box.isEnabled())
    await box.click({ force: true })
    await until('the server knows the browser', async () => (await stored(userId)).length === 1)
    await box.click({ force: true })
    await until('the server has forgotten it', async () => (await stored(userId)).length === 0)
  })

  const stored = (userId: string) =>
    site().app.ctx.db.read((reader) =>
      reader.q.selectFrom('push_subscription').selectAll().where('user_id', '=', userId).execute(),
    )
})
