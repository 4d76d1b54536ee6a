import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'

// Renews docs/openapi.json from the contracts, through a server of its own that answers no one.
const folder = await mkdtemp(join(tmpdir(), 'foyer-openapi-'))
try {
  const app = await createApp(readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent' }))
  const answer = await app.http.inject({ method: 'GET', url: '/api/openapi.json' })
  await app.close()
  const text = `${JSON.stringify(answer.json(), null, 2)}\n`
  await writeFile(new URL('../docs/openapi.json', import.meta.url), text)
} finally {
  await rm(folder, { recursive: true, force: true })
}
