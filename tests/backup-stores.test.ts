import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createApp } from '../server/app.ts'
import { backUp } from '../server/backup/backup.ts'
import { restore } from '../server/backup/restore.ts'
import type { Config } from '../server/config.ts'
import { StorageUnavailableError } from '../server/storage/database.ts'
import { openSource } from '../server/storage/open.ts'
import { usePlaces } from './support/archives.ts'
import { forEachEngine } from './support/engines.ts'
import { filesWith } from './support/files.ts'
import { download } from './support/forms.ts'
import { S3Server } from './support/s3-server.ts'
import { testConfig, TestServer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { linkOf, asVisitor, uploaded, type FileMessage } from './support/uploads.ts'
import { ALONE, newVisitor, randomId, TestVisitor } from './support/visitor.ts'

const MB = 1024 * 1024

/** Runs a server on a place while `work` uses it. */
async function serving<Result>(
  config: Config,
  work: (server: TestServer) => Promise<Result>,
): Promise<Result> {
  const app = await createApp(config)
  try {
    await app.http.ready()
    return await work(new TestServer(app))
  } finally {
    await app.close()
  }
}

forEachEngine((engine) => {
  const places = usePlaces()
  let first: S3Server
  let second: S3Server
  before(async () => {
    first = await S3Server.start()
    second = await S3Server.start()
  })
  after(async () => {
    await first.stop()
    await second.stop()
  })

  const configOn = async (s3: S3Server | undefined): Promise<Config> => ({
    ...testConfig(await places.empty(engine), ALONE),
    s3: s3?.options,
  })

  /** A visitor with a file of two parts and one that is small, and the archive of both. */
  async function backedUp(name: string, s3: S3Server | undefined) {
    const config = await configOn(s3)
    const contents = [randomBytes(9 * MB), Buffer.from('three')]
    const { visitor, messages } = await serving(config, async (server) => {
      const ana = await newVisitor(server)
      const sent: FileMessage[] = []
      for (const bytes of contents) sent.push(await uploaded(server, ana, { bytes, name: 'a.bin' }))
      return { visitor: ana, messages: sent }
    })
    const archive = places.archive(`${engine.name}-${name}`)
    const report = await backUp(config, archive, '0.0.0')
    return { config, visitor, messages, contents, archive, report }
  }

  /** Every file is what it was, for the visitor who sent it. */
  const assertReadable = (
    config: Config,
    { visitor, messages, contents }: Awaited<ReturnType<typeof backedUp>>,
  ): Promise<void> =>
    serving(config, async (server) => {
      const again = Object.assign(new TestVisitor(server, visitor.token), { rid: visitor.rid })
      for (const [index, message] of messages.entries()) {
        const answer = await download(server, linkOf(message), asVisitor(again))
        assert.equal(answer.status, 200)
        assert.ok(answer.bytes.equals(contents[index] ?? Buffer.alloc(0)))
      }
    })

  test('[P13] files of a bucket are in the archive, and go to a folder or the database', async () => {
    const source = await backedUp('from-s3', first)
    assert.equal(first.objects.size, 2)
    assert.deepEqual([source.report.files, source.report.missing], [2, 0])
    const target = await configOn(undefined)
    assert.equal((await restore(source.archive, { config: target, replace: false })).files, 2)
    await assertReadable(target, source)

    first.objects.delete(source.messages[1]?.file._id ?? '')
    const report = await backUp(source.config, `${source.archive}.less`, '0.0.0')
    assert.deepEqual([report.files, report.missing], [1, 1])
  })

  test('[P13] files of an archive go to a bucket; one that is away leaves the target as it was', async () => {
    const source = await backedUp('to-s3', undefined)
    const target = await configOn(second)
    second.failing = 1000
    const failing = restore(source.archive, { config: target, replace: false })
    await assert.rejects(failing, StorageUnavailableError)
    assert.equal(second.objects.size, 0)
    await assert.rejects(backUp(target, `${source.archive}.none`, '0.0.0'), /there is no Foyer/)
    second.failing = 0
    assert.equal((await restore(source.archive, { config: target, replace: false })).files, 2)
    assert.equal(second.objects.size, 2)
    assert.equal(second.uploads.size, 0)
    await assertReadable(target, source)
  })

  test('[P14] who is erased while a backup reads is out of every file once it has ended', async (t) => {
    const config = await configOn(undefined)
    await serving(config, async (server) => {
      const mark = `erase${randomId().replaceAll(/[^a-z]/gi, 'x')}`
      const ana = await newVisitor(server)
      await ana.say(mark)
      await ana.close()
      const backup = await openSource(config.storage)
      let open = true
      const end = async (): Promise<void> => {
        if (open) await backup.close()
        open = false
      }
      t.after(end)
      for await (const row of backup.rows('visitor')) assert.ok(row.length > 0)
      assert.equal((await ana.erase()).status, 200)
      const said = async (): Promise<boolean> => {
        for await (const row of backup.rows('message')) {
          if (JSON.stringify(row).includes(mark)) return true
        }
        return false
      }
      assert.ok(await said(), 'the backup goes on with the moment at which it began')
      await end()
      if (config.storage.kind !== 'sqlite') return
      const { folder } = config.storage
      const isGone = async (): Promise<boolean> => (await filesWith(folder, mark)).length === 0
      await until('the log is emptied after the backup', isGone)
    })
  })
})
