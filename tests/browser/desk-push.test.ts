import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { seedAgent } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { useBrowser } from './support/browser.ts'
import { openDesk } from './support/desk.ts'
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

  test('they are switched on in the account, shown by the worker, and lead to the desk', async (t) => {
    const { username, userId } = await seedAgent(site())
    // The conversation that it leads to is made up.
    const page = await openDesk(t, browser(), site(), username, { mayFail: true })
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

    await page.evaluate(() => navigator.serviceWorker.ready)
    const [worker] = context.serviceWorkers()
    assert.ok(worker, 'the worker runs')
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
      const data = JSON.stringify({ rid: 'room1', name })
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
      return (await shown()).length === 1
    })
    assert.deepEqual(await shown(), [
      { title: 'Ana Ferreira', body: 'is waiting for an answer.', tag: 'room1' },
    ])
    await away.close()

    await page.goto(`${site().url}/account`)
    await until('it can be switched again', () => box.isEnabled())
    await worker.evaluate(async () => {
      const { clients } = self as unknown as {
        clients: { matchAll(options: object): Promise<{ postMessage(data: unknown): void }[]> }
      }
      const [desk] = await clients.matchAll({ type: 'window', includeUncontrolled: true })
      // A client of a worker is of its own origin and takes no other.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      desk?.postMessage({ foyerOpen: 'room1' })
    })
    await page.waitForURL('**/conversations/room1')
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
