// Plain JavaScript on purpose: an old Node cannot read TypeScript and must still be told so; and a
// process that strips no types, because all compiled code is cached, is 20 MB smaller.
import * as nodeModule from 'node:module'
import { join } from 'node:path'

const MINIMUM_MAJOR = 24
const MINIMUM_MINOR = 15

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < MINIMUM_MAJOR || (major === MINIMUM_MAJOR && minor < MINIMUM_MINOR)) {
  process.stderr.write(
    `Foyer needs Node ${MINIMUM_MAJOR}.${MINIMUM_MINOR} or newer; start it with "npm start", which brings one.\n`,
  )
  process.exit(1)
}

nodeModule.enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/foyer'))

const { run } = await import('./start.ts')
await run()
