// @ts-nocheck it runs in browsers, and is tested there
// Shows who waits while no window of the desk is in sight. Nothing is cached and no request is
// answered here: the desk works the same without it.

const base = self.registration.scope
const words = new URL(self.location.href).searchParams.get('text') ?? ''

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => {
  const { rid, name } = event.data.json()
  event.waitUntil(notify(rid, name))
})

async function notify(rid, name) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  // Who looks at the desk sees and hears it there.
  if (windows.some(({ visibilityState }) => visibilityState === 'visible')) return
  await self.registration.showNotification(name, {
    body: words,
    tag: rid,
    renotify: true,
    requireInteraction: true,
    data: { rid },
  })
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data.rid))
})

async function open(rid) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const desk = windows.find(({ url }) => url.startsWith(base) && !url.includes('/preview'))
  if (desk === undefined) {
    await self.clients.openWindow(`${base}conversations/${encodeURIComponent(rid)}`)
    return
  }
  // A client of a worker is of its own origin and takes no other.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  desk.postMessage({ foyerOpen: rid })
  // The browser may want a click of its own for it.
  await desk.focus().catch(() => undefined)
}
