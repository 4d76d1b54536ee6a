import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import './style.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import icon from './icon.svg'
import { STYLE_NONCE } from './lib/server.ts'

// The library that keeps a page still behind a dialog makes a style of its own and looks here.
Object.assign(globalThis, { __webpack_nonce__: STYLE_NONCE })

// By its whole address: a relative one would be looked for anew below each page of the desk.
const link = document.createElement('link')
Object.assign(link, { rel: 'icon', type: 'image/svg+xml', href: icon })
document.head.append(link)

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App />)
