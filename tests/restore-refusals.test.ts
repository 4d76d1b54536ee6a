import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client } from 'pg'
import { createApp } from '../server/app.ts'
import { backUp } from '../server/backup/backup.ts'
import { restore } from '../server/backup/restore.ts'
import { MIGRATIONS } from '../server/storage/migrations/index.ts'
import { openRestoring, type StorageTarget } from '../server/storage/open.ts'
import { DatabaseInUseError } from '../server/storage/restoring.ts'
import { usePlaces, type Content } from './support/archives.ts'
import { forEachEngine } from './support/engines.ts'
import { testConfig, TestServer } from './support/test-server.ts'
import { uploaded } from './support/uploads.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

const DAMAGED = /is damaged or not whole, nothing was restored$/
const FOREIGN = /is no backup of Foyer$/
const NEWER = /was written by a newer release of Foyer$/
const UNKNOWN = /holds something that is no part of Foyer/

/** Lines with a trailer that fits them. */
function sealed(lines: readonly string[]): Buffer {
  const body = lines.map((line) => `${line}\n`).join('')
  const values = lines.map((line) => JSON.parse(line) as unknown)
  const trailer = {
    end: true,
    rows: values.filter((value) => Array.isArray(value)).length,
    files: values.filter((value) => Object(value).file !== undefined).length,
    bytes: values
      .filter((value) => typeof value === 'string')
      .reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0),
    sha256: createHash('sha256').update(body).digest('hex'),
  }
  return gzipSync(`${body}${JSON.stringify(trailer)}\n`)
}

forEachEngine((engine) => {
  const places = usePlaces()
  let place: StorageTarget
  let whole: Buffer
  let lines: string[]
  let state: Content

  before(async () => {
    place = await places.empty(engine)
    const app = await createApp(testConfig(place, ALONE))
    const server = new TestServer(app)
    const visitor = await newVisitor(server)
    await visitor.say('before')
    await uploaded(server, visitor, { bytes: 'bytes of a file', name: 'a.txt' })
    await app.close()
    const path = places.archive('whole')
    await backUp(testConfig(place), path, '0.0.0')
    whole = await readFile(path)
    lines = gunzipSync(whole).toString().trimEnd().split('\n')
    state = await places.stateOf(place)
  })

  async function refused(what: string, bytes: Buffer | string, reason: RegExp): Promise<void> {
    const path = places.archive('broken')
    await writeFile(path, bytes)
    const config = testConfig(place)
    await assert.rejects(restore(path, { config, replace: true }), reason, what)
    assert.deepEqual(await places.stateOf(place), state, what)
  }

  test('[P13] a broken, cut off or foreign archive is refused and nothing has changed', async () => {
    for (const part of [0.1, 0.5, 0.9]) {
      const length = Math.floor(whole.length * part)
      await refused(`cut at ${part}`, whole.subarray(0, length), /damaged|no backup/)
    }
    await refused('the last byte is missing', whole.subarray(0, -1), DAMAGED)
    const flipped = Buffer.from(whole)
    flipped[Math.floor(whole.length / 2)]! ^= 0x10
    await refused('a bit is flipped', flipped, DAMAGED)
    await refused('without a trailer', gzipSync(`${lines.slice(0, -1).join('\n')}\n`), DAMAGED)
    const row = lines.findIndex((line) => line.includes('before'))
    const without = lines.toSpliced(row, 1)
    await refused('without a row', gzipSync(`${without.join('\n')}\n`), DAMAGED)
    const changed = lines.with(row, lines[row]!.replace('before', 'forged'))
    await refused('with another text', gzipSync(`${changed.join('\n')}\n`), DAMAGED)
    await refused('with more after its end', gzipSync(`${[...lines, '[]'].join('\n')}\n`), DAMAGED)
    await refused('no archive at all', 'just a text', FOREIGN)
    await refused('an empty file', '', /no backup|damaged/)
    await refused('something else packed', gzipSync('just a text'), FOREIGN)
    await refused('other JSON', gzipSync('{"a":1}\n[1]\n'), FOREIGN)

    await writeFile(places.archive('whole again'), sealed(lines.slice(0, -1)))
    const config = testConfig(place)
    await restore(places.archive('whole again'), { config, replace: true })
    assert.deepEqual(await places.stateOf(place), state)
  })

  test('[P13] an archive of a newer release, or with unknown parts, is refused', async () => {
    const [first, ...rest] = lines.slice(0, -1)
    const header = JSON.parse(first!) as { format: number; migrations: string[] }
    const newer = { ...header, format: header.format + 1 }
    await refused('of a newer format', sealed([JSON.stringify(newer), ...rest]), NEWER)
    const migrated = { ...header, migrations: [...header.migrations, '999-later'] }
    await refused('of a newer schema', sealed([JSON.stringify(migrated), ...rest]), NEWER)
    const table = '{"table":"sqlite_master","columns":["name"]}'
    await refused('with an unknown table', sealed([first!, table, '["x"]', ...rest]), UNKNOWN)
    const column = lines.find((line) => line.includes('"table":"visitor"'))!
    const injected = column.replace('"id"', '"id\\") values (1) --"')
    const forged = [first!, ...rest.map((line) => (line === column ? injected : line))]
    await refused('with an unknown column', sealed(forged), UNKNOWN)
    const short = [first!, column, '["too short"]', ...rest.filter((line) => line !== column)]
    await refused('with a row that does not fit', sealed(short), /./)
    const outside = [...lines.slice(0, -1), '{"file":"../../outside"}', '"AAAA"']
    await writeFile(places.archive('outside'), sealed(outside))
    // No row tells of this file, so it is left out.
    await restore(places.archive('outside'), { config: testConfig(place), replace: true })
    assert.deepEqual(await places.stateOf(place), state)
  })

  if (engine.name === 'postgres') {
    test('[P13] a server that comes while a restore works keeps what it has found', async () => {
      assert.equal(place.kind, 'postgres')
      const restoring = await openRestoring(place, true)
      const newcomer = new Client({
        connectionString: place.url,
        application_name: `foyer ${place.schema}`,
      })
      await newcomer.connect()
      try {
        await restoring.createTables(Object.keys(MIGRATIONS).sort())
        await restoring.finishRows()
        await assert.rejects(restoring.commit(), DatabaseInUseError)
      } finally {
        await restoring.abandon()
        await newcomer.end()
      }
      assert.deepEqual(await places.stateOf(place), state)
    })
  }
})
