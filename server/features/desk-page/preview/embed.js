// @ts-nocheck it runs in browsers, and is checked there
// The embedding snippet, as any website pastes it; here in a file of its own because this page
// allows no inline script.
const server = new URL('..', document.currentScript.src).href.replace(/\/$/, '')

const queue = (call) => queue._.push(call)
queue._ = []
queue.url = `${server}/livechat`
window.RocketChat = queue

const script = document.createElement('script')
script.async = true
script.src = `${server}/livechat/rocketchat-livechat.min.js`
document.head.append(script)

// The desk shows unsaved choices of the appearance: title and colours.
addEventListener('message', (event) => {
  if (event.origin !== location.origin || event.data?.foyerPreview === undefined) return
  const { theme, open } = event.data.foyerPreview
  window.RocketChat(function show() {
    if (theme !== undefined) this.setTheme?.(theme)
    if (open === true) this.maximizeWidget?.()
  })
})
