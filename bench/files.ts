/**
 * What a large file costs: throughput and memory of the server process for one upload and one
 * download of 100 MB, through a real socket, on the embedded engine or on DATABASE_URL's.
 * Usage: npm run bench:files [-- MEGABYTES]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChildServer } from '../tests/support/child-server.ts'
import { growthDuring, residentBytes } from '../tests/support/resident-memory.ts'
import { streamForm } from '../tests/support/streamed-form.ts'
import { newVisitor, type TestVisitor } from '../tests/support/visitor.ts'
import { NODE_FLAGS } from './processes.ts'
import { keepResults } from './storage-results.ts'

const MB = 1024 * 1024
const ROUNDS = 3
const megabytes = Number(process.argv[2] ?? 100)

const lines = ['| | MB/s | grew by MB |', '|---|---:|---:|']

const url = process.env['DATABASE_URL']
const folder = await mkdtemp(join(tmpdir(), 'foyer-bench-files-'))
const server = await ChildServer.start({
  storage: url === undefined ? { kind: 'sqlite', folder } : { kind: 'postgres', url },
  // As `npm start` runs it.
  command: [process.execPath, ...NODE_FLAGS, 'server/main.js'],
  environment: {
    OVERWRITE_SETTING_FileUpload_MaxFileSize: '1000000000',
    OVERWRITE_SETTING_Foyer_upload_daily_bytes: '1000000000',
  },
})
try {
  await measure(await newVisitor(server))
  const store = url === undefined ? 'a folder' : 'PostgreSQL'
  keepResults(`Files in ${store}`, 'npm run bench:files', [
    `${megabytes} MB through one connection. By how much the server's process grew at its largest, compared with the moment before; the first upload and the first download load the code of both.`,
    '',
    ...lines,
  ])
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measure(visitor: TestVisitor): Promise<void> {
  const pid = server.child.process.pid ?? 0
  print(`server process before: ${inMb((await residentBytes(pid)) ?? 0)}`)
  for (let round = 1; round <= ROUNDS; round++) {
    let link = ''
    await report(`upload ${round}`, pid, async () => {
      const path = `${server.url}/api/v1/livechat/upload/${visitor.rid}`
      const answer = await streamForm(path, { 'x-visitor-token': visitor.token }, megabytes * MB)
      if (answer.status !== 200) throw new Error(`the upload was answered ${answer.status}`)
      const [attachment] = (answer.body?.['attachments'] ?? []) as { title_link: string }[]
      link = attachment?.title_link ?? ''
    })
    await report(`download ${round}`, pid, async () => {
      const headers = { 'x-visitor-token': visitor.token }
      const answer = await fetch(server.url + link, { headers })
      let bytes = 0
      for await (const piece of answer.body ?? []) bytes += (piece as Uint8Array).length
      if (bytes !== megabytes * MB) throw new Error(`the download had ${bytes} bytes`)
    })
  }
}

async function report(name: string, pid: number, work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  const growth = await growthDuring(pid, work)
  const seconds = (performance.now() - started) / 1000
  lines.push(`| ${name} | ${(megabytes / seconds).toFixed(0)} | ${(growth / MB).toFixed(1)} |`)
  print(
    `${name.padEnd(12)} ${megabytes} MB in ${seconds.toFixed(2)} s, ${(megabytes / seconds).toFixed(0)} MB/s, grew by ${inMb(growth)}`,
  )
}

function inMb(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
