import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ENGINES } from '../../tests/support/engines.ts'
import { S3Server } from '../../tests/support/s3-server.ts'
import { newId } from '../lib/ids.ts'
import { StorageUnavailableError, type Database } from '../storage/database.ts'
import { openDatabase } from '../storage/open.ts'
import { DatabaseStore } from './database-store.ts'
import { DiskStore } from './disk-store.ts'
import { FileMissingError, type FileStore } from './file-store.ts'
import { S3Store } from './s3-store.ts'

const MB = 1024 * 1024

async function* pieces(...list: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* list
}

async function* randomPieces(total: number, hash = createHash('sha256')) {
  for (let left = total; left > 0; left -= 65_521) {
    const piece = randomBytes(Math.min(left, 65_521))
    hash.update(piece)
    yield piece
  }
}

/** What every store promises; `leftovers` tells what a store holds, of files and of parts. */
function storeSuite(store: () => FileStore, leftovers: () => Promise<number>): void {
  const read = async (id: string, range?: { start: number; end: number }): Promise<Buffer> =>
    Buffer.concat(await (await store().get(id, range)).toArray())

  test('what was put is got, whole and in ranges', async () => {
    const id = newId()
    const bytes = randomBytes(3 * MB + 17)
    await store().put(
      id,
      pieces(bytes.subarray(0, 10), bytes.subarray(10, MB + 5), bytes.subarray(MB + 5)),
    )
    assert.ok((await read(id)).equals(bytes))
    const ranges = [
      [0, 0],
      [0, 9],
      [MB - 1, MB],
      [MB, 2 * MB - 1],
      [5, 3 * MB + 16],
      [3 * MB + 16, 3 * MB + 16],
    ] as const
    for (const [start, end] of ranges) {
      assert.ok((await read(id, { start, end })).equals(bytes.subarray(start, end + 1)), `${start}`)
    }
  })

  test('an empty file and one of exactly a chunk', async () => {
    for (const size of [0, MB]) {
      const id = newId()
      await store().put(id, size === 0 ? pieces() : pieces(Buffer.alloc(size, 7)))
      assert.equal((await read(id)).length, size)
    }
  })

  test('a large file comes back as it went', async () => {
    const id = newId()
    const sent = createHash('sha256')
    await store().put(id, randomPieces(20 * MB + 3, sent))
    const got = createHash('sha256')
    for await (const piece of await store().get(id)) got.update(piece as Buffer)
    assert.equal(got.digest('hex'), sent.digest('hex'))
  })

  test('a source that fails leaves nothing behind', async () => {
    const before = await leftovers()
    for (const size of [100, 2 * MB, 17 * MB]) {
      const id = newId()
      const failure = new Error('the sender is gone')
      const source = async function* () {
        yield* randomPieces(size)
        throw failure
      }
      await assert.rejects(store().put(id, source()), (error) => error === failure)
      await assert.rejects(store().get(id), FileMissingError)
    }
    assert.equal(await leftovers(), before)
  })

  test('what was deleted is gone; deleting what is not there is no error', async () => {
    const before = await leftovers()
    const id = newId()
    await store().put(id, randomPieces(2 * MB))
    await store().delete(id)
    await store().delete(id)
    await assert.rejects(store().get(id), FileMissingError)
    assert.equal(await leftovers(), before)
  })

  test('[S5] an id is never a path', async () => {
    for (const id of [
      '../../etc/passwd',
      'a/b',
      '',
      '.',
      '..',
      'abcdefgh\u0000',
      'abc%2f..%2fdef',
    ]) {
      await assert.rejects(store().get(id), /letters and digits/)
      await assert.rejects(store().put(id, pieces()), /letters and digits/)
      await assert.rejects(store().delete(id), /letters and digits/)
    }
  })
}

describe('disk', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foyer-files-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const filesIn = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    ).length
  storeSuite(() => new DiskStore(join(folder, 'files')), filesIn)

  test('what an interrupted upload left is removed, too', async () => {
    const store = new DiskStore(join(folder, 'files'))
    const id = newId()
    const source = randomPieces(MB)
    await store.put(id, source)
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const second = newId()
    const writing = store.put(
      second,
      (async function* () {
        yield randomBytes(100)
        begin()
        await stuck
        throw new Error('power failure')
      })(),
    )
    await begun
    await assert.rejects(store.get(second), FileMissingError)
    const before = await filesIn()
    await store.delete(second)
    assert.equal(await filesIn(), before - 1)
    release()
    await assert.rejects(writing, /power failure/)
    assert.ok(((await store.freeBytes()) ?? 0) > 0)
  })
})

for (const engine of ENGINES) {
  describe(`database: ${engine.name}`, () => {
    let db: Database | undefined
    let remove: () => Promise<void> = async () => undefined
    const database = (): Database => {
      assert.ok(db)
      return db
    }
    before(async () => {
      const place = await engine.create()
      remove = place.remove
      db = await openDatabase(place.storage, {})
    })
    after(async () => {
      await db?.close()
      await remove()
    })
    storeSuite(
      () => new DatabaseStore(database()),
      async () => {
        const rows = await database().read((reader) =>
          reader.rows<{ n: number }>('select count(*) as n from file_chunk', []),
        )
        return rows[0]?.n ?? 0
      },
    )
  })
}

describe('s3', () => {
  let server: S3Server | undefined
  const s3 = (): S3Server => {
    assert.ok(server)
    return server
  }
  before(async () => {
    server = await S3Server.start()
  })
  after(() => server?.stop())
  storeSuite(
    () => new S3Store(s3().options),
    async () => s3().objects.size + s3().uploads.size,
  )

  test('a wrong secret is refused by the service, and nobody is told it', async () => {
    const before = s3().refused
    const secretAccessKey = 'another secret'
    const store = new S3Store({ ...s3().options, secretAccessKey })
    await assert.rejects(store.put(newId(), pieces(randomBytes(10))), (error) => {
      assert.ok(error instanceof StorageUnavailableError)
      assert.match(error.message, /403.*SignatureDoesNotMatch/)
      assert.ok(!error.message.includes(secretAccessKey))
      return true
    })
    assert.equal(s3().refused, before + 1)
  })

  test('a service that is overloaded for a moment is asked again', async () => {
    const store = new S3Store(s3().options)
    s3().failing = 2
    const id = newId()
    await store.put(id, pieces(randomBytes(10)))
    assert.equal(s3().objects.get(id)?.length, 10)
  })
})
