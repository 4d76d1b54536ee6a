import type { Rest } from '../../client/index.ts'
import { BASE_PATH } from '../lib/server.ts'

/**
 * - `impossible`: the browser has no notifications, or not without https;
 * - `denied`: the person does not allow them for this page;
 * - `off`, `on`: this browser is not told, or is.
 */
export type PushState = 'impossible' | 'denied' | 'off' | 'on'

const SCOPE = `${BASE_PATH}/`

const isPossible = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

/** Whether this browser is told while the desk is closed. */
export async function readPushState(): Promise<PushState> {
  if (!isPossible()) return 'impossible'
  if (Notification.permission === 'denied') return 'denied'
  const subscription = await currentSubscription()
  return subscription === null ? 'off' : 'on'
}

/**
 * Asks the person, then the push service, and tells the server.
 * @param text what a notification says below the visitor's name
 * @throws whatever the browser or the server refuses with
 */
export async function switchPushOn(rest: Rest, text: string): Promise<PushState> {
  if (!isPossible()) return 'impossible'
  if ((await Notification.requestPermission()) !== 'granted') return readPushState()
  const worker = `${SCOPE}service-worker.js?text=${encodeURIComponent(text)}`
  await navigator.serviceWorker.register(worker, { scope: SCOPE })
  const { pushManager } = await navigator.serviceWorker.ready
  const { publicKey } = await rest('GET foyer/push.key')
  const options = { userVisibleOnly: true, applicationServerKey: publicKey }
  await tell(rest, await pushManager.subscribe(options))
  return 'on'
}

/** Ends it in the browser and at the server. */
export async function switchPushOff(rest: Rest): Promise<PushState> {
  const subscription = await currentSubscription()
  await subscription?.unsubscribe()
  await rest('POST foyer/push.unsubscribe')
  return 'off'
}

/** A new login of the same browser is told like the one before. */
export async function keepPush(rest: Rest): Promise<void> {
  if (!isPossible() || Notification.permission !== 'granted') return
  const subscription = await currentSubscription()
  if (subscription !== null) await tell(rest, subscription)
}

async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE)
  return (await registration?.pushManager.getSubscription()) ?? null
}

async function tell(rest: Rest, subscription: PushSubscription): Promise<void> {
  const { endpoint = '', keys = {} } = subscription.toJSON()
  const { p256dh = '', auth = '' } = keys
  await rest('POST foyer/push.subscribe', { body: { endpoint, keys: { p256dh, auth } } })
}
