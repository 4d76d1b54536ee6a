import { render } from 'preact'
import type { StartData } from '../shared/protocol.ts'
import { payAttention } from './attention.ts'
import { openBridge } from './bridge.ts'
import { obeyHost } from './host-calls.ts'
import { createSession } from './session.ts'
import { chooseLanguage, loadTexts } from './text.ts'
import { applyLook } from './theme.ts'
import { App } from './ui/app.tsx'
import './style.css'

/** Heard from the first moment on: the page may speak as soon as this document is there. */
const bridge = openBridge()

async function begin(): Promise<void> {
  const start = JSON.parse(document.querySelector('#start')?.textContent ?? '{}') as StartData
  // The server may be installed below a path of its site.
  const serverUrl = location.origin + location.pathname.replace(/\/livechat\/?$/, '')
  const language = chooseLanguage([...navigator.languages, start.language])
  const session = createSession({ serverUrl, start, bridge, texts: await loadTexts(language) })
  applyLook(session.look())
  const host = obeyHost(session)
  payAttention(session)
  const root = document.querySelector('#chat')
  if (root) render(<App session={session} pageUrl={host.pageUrl} />, root)
  // Not in the page itself: a host that does not answer would keep the chat from being drawn.
  for (const href of start.sheets ?? []) {
    const link = { rel: 'stylesheet', crossOrigin: 'anonymous', href }
    document.head.append(Object.assign(document.createElement('link'), link))
  }
  bridge.tell('ready')
  await session.chat().start()
}

void begin()
