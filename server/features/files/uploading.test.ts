import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { download, PNG, postForm } from '../../../tests/support/forms.ts'
import { expectOk, seedRoom, seedVisitor } from '../../../tests/support/seed.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { asVisitor, fileRecords, linkOf, upload, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE } from '../../../tests/support/visitor.ts'
import { ApiError } from '../../contract/errors.ts'
import { DiskStore } from '../../files/disk-store.ts'
import type { IncomingForm } from '../../files/incoming.ts'
import { takeIn } from './intake.ts'

const KB = 1024
const MB = 1024 * KB

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  /** Nothing of a refused upload may stay. */
  async function keepsNothing(work: () => Promise<void>): Promise<void> {
    const before = await fileRecords(server())
    await work()
    assert.deepEqual(await fileRecords(server()), before)
  }

  test('read by itself, a message names its file by whole URLs', async () => {
    const visitor = await seedRoom(server())
    const message = await uploaded(server(), visitor, { bytes: PNG, name: 'a plan.png' })
    const { rootUrl } = server().app.ctx.config
    const alone = expectOk(await visitor.read(message._id)).message
    const url = rootUrl + linkOf(message)
    assert.deepEqual(alone.fileUpload, {
      publicFilePath: url,
      type: 'image/png',
      size: PNG.length,
    })
    assert.deepEqual(alone.attachments, [
      { ...message.attachments[0], title_link: url, image_url: url },
    ])
    const said = await visitor.say(`see ${url}`)
    const { fileUpload } = expectOk(await visitor.read(said._id)).message
    assert.equal(fileUpload, undefined)
  })

  test('a visitor’s picture is a message with the fields of the contract', async () => {
    const visitor = await seedRoom(server(), 'Ana')
    const words = {
      description: 'The *plan*',
      msg: 'look',
      alias: 'Rosa',
      avatar: 'x',
      emoji: ':x:',
    }
    const message = await uploaded(server(), visitor, { bytes: PNG, name: 'plan.png' }, words)
    const { _id } = message.file
    const path = `/file-upload/${_id}/plan.png`
    const file = { _id, name: 'plan.png', type: 'image/png', size: PNG.length }
    assert.deepEqual(message.file, file)
    assert.deepEqual(message.files, [file])
    assert.deepEqual(message.attachments, [
      {
        title: 'plan.png',
        title_link: path,
        title_link_download: true,
        type: 'file',
        description: 'The *plan*',
        image_url: path,
        image_type: 'image/png',
        image_size: PNG.length,
        image_dimensions: { width: 1, height: 1 },
      },
    ])
    const expected = { msg: 'look', rid: visitor.rid, token: visitor.token, alias: 'Ana' }
    for (const [field, value] of Object.entries({ ...expected, newRoom: false, success: true })) {
      assert.deepEqual(message[field as 'msg'], value, field)
    }
    assert.equal('emoji' in message || 'avatar' in message, false)
    const [newest] = await visitor.messages()
    assert.equal(newest?._id, message._id)
    assert.deepEqual(newest?.attachments, message.attachments)
    const got = await download(server(), path, asVisitor(visitor))
    assert.ok(got.bytes.equals(PNG))
    assert.deepEqual((await fileRecords(server())).removals, 0)
  })

  test('sound, film and other files have the attachment of their kind', async () => {
    const visitor = await seedRoom(server())
    const wav = Buffer.concat([Buffer.from('RIFF\u0024\0\0\0WAVEfmt '), Buffer.alloc(40)])
    const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypmp42\0\0\0\0mp42isom')])
    const cases = [
      { bytes: wav, type: 'audio/wav', field: 'audio_url' },
      { bytes: mp4, type: 'video/mp4', field: 'video_url' },
      { bytes: Buffer.from('%PDF-1.7\n%âãÏÓ\n'), type: 'application/pdf', field: undefined },
      {
        bytes: Buffer.from([1, 0, 2, 255, 254]),
        type: 'application/octet-stream',
        field: undefined,
      },
      { bytes: Buffer.from('just words'), type: 'text/plain', field: undefined },
      { bytes: Buffer.alloc(0), type: 'text/plain', field: undefined },
    ]
    for (const { bytes, type, field } of cases) {
      const { file, attachments } = await uploaded(server(), visitor, { bytes, name: 'x' })
      assert.equal(file.type, type)
      assert.equal(file.size, bytes.length)
      const media = Object.keys(attachments[0] ?? {}).filter((key) => key.endsWith('_url'))
      assert.deepEqual(media, field === undefined ? [] : [field])
      const got = await download(server(), linkOf({ attachments }), asVisitor(visitor))
      assert.ok(got.bytes.equals(bytes))
    }
  })

  test('fields may come before the file, and unknown ones are no harm', async () => {
    const visitor = await seedRoom(server())
    const boundary = 'xyz'
    const body = [
      '--xyz\r\nContent-Disposition: form-data; name="description"\r\n\r\nfirst',
      '--xyz\r\nContent-Disposition: form-data; name="else"\r\n\r\n1',
      '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nwords',
      '--xyz--\r\n',
    ].join('\r\n')
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    const answer = expectOk(
      await server().request('POST', `livechat/upload/${visitor.rid}`, {
        body,
        headers: { ...headers, ...asVisitor(visitor) },
      }),
    )
    assert.equal(answer.attachments[0].description, 'first')
  })

  test('[S1] [S5] no token, foreign, absent and closed rooms are refused alike', async () => {
    const visitor = await seedRoom(server())
    const other = await seedRoom(server(), 'Bob')
    const closed = await seedRoom(server(), 'Cid')
    const path = `livechat/upload/${visitor.rid}`
    const file = { bytes: PNG, name: 'a.png' }
    await uploaded(server(), closed, file)
    expectOk(await closed.close())
    const roomless = await seedVisitor(server())
    await keepsNothing(async () => {
      for (const headers of [
        {},
        asVisitor({ token: 'nobody-has-this' }),
        asVisitor(other),
        asVisitor(roomless),
      ]) {
        const answer = await postForm(server(), path, file, headers)
        assert.equal(answer.status, 403)
        assert.deepEqual(answer.body, { success: false, error: 'unauthorized' })
      }
      for (const rid of ['absent-room-id', closed.rid]) {
        const answer = await postForm(server(), `livechat/upload/${rid}`, file, asVisitor(closed))
        assert.deepEqual([answer.status, answer.body.error], [403, 'unauthorized'])
      }
    })
    await uploaded(server(), visitor, file)
  })

  test('uploads are off while either setting is', async () => {
    const visitor = await seedRoom(server())
    const file = { bytes: PNG, name: 'a.png' }
    for (const id of ['FileUpload_Enabled', 'Livechat_fileupload_enabled']) {
      await withSettings(server(), { [id]: false }, async () => {
        const answer = await upload(server(), visitor, file)
        assert.equal(answer.status, 400)
        assert.deepEqual(answer.body, { success: false, reason: 'error-file-upload-disabled' })
      })
    }
    await uploaded(server(), visitor, file)
  })

  test('allow and block lists take patterns; the block list wins', async () => {
    const visitor = await seedRoom(server())
    const reason = async (bytes: Uint8Array) =>
      (await upload(server(), visitor, { bytes, name: 'x' })).body.reason as string | undefined
    const words = Buffer.from('words')
    const lists = {
      FileUpload_MediaTypeWhiteList: ' IMAGE/*, application/pdf',
      FileUpload_MediaTypeBlackList: 'image/gif',
    }
    await withSettings(server(), lists, async () => {
      assert.equal(await reason(PNG), undefined)
      assert.equal(await reason(words), 'error-type-not-allowed')
      assert.equal(await reason(Buffer.from('GIF89a0000000000')), 'error-type-not-allowed')
    })
    assert.equal(await reason(words), undefined)
  })

  test('[S5] too large a file is refused in the documented form, and its bytes are not kept', async () => {
    const visitor = await seedRoom(server())
    await withSettings(server(), { FileUpload_MaxFileSize: 300 * KB }, async () => {
      await keepsNothing(async () => {
        for (const size of [300 * KB + 1, 900 * KB, 3000 * KB]) {
          const answer = await upload(server(), visitor, { bytes: Buffer.alloc(size, 'a') })
          assert.equal(answer.status, 400)
          assert.deepEqual(answer.body, {
            success: false,
            reason: 'error-size-not-allowed',
            sizeAllowed: '300.00 KB',
          })
        }
      })
      await uploaded(server(), visitor, { bytes: Buffer.alloc(300 * KB, 'a') })
    })
    await withSettings(server(), { FileUpload_MaxFileSize: -1 }, async () => {
      await uploaded(server(), visitor, { bytes: Buffer.alloc(400 * KB, 'a') })
    })
  })

  test('[S5] a visitor has a quota a day, which concurrent uploads share', async () => {
    const visitor = await seedRoom(server())
    const other = await seedRoom(server(), 'Bob')
    const file = { bytes: Buffer.alloc(100 * KB, 'a') }
    await withSettings(server(), { Foyer_upload_daily_bytes: 250 * KB }, async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => upload(server(), visitor, file)))
      const statuses = answers.map(({ status }) => status).sort((a, b) => a - b)
      assert.deepEqual(statuses, [200, 200, 400, 400, 400])
      const late = await upload(server(), visitor, file)
      assert.deepEqual(late.body, { success: false, reason: 'error-upload-quota-reached' })
      await uploaded(server(), other, file)
      const stored = await visitor.messages()
      assert.equal(stored.filter(({ attachments }) => attachments !== undefined).length, 2)
    })
    assert.equal((await fileRecords(server())).removals, 0)
  })

  test('too little free room refuses files, at the beginning and on the way', async () => {
    const visitor = await seedRoom(server())
    const { ctx } = server().app
    const folder = await mkdtemp(join(tmpdir(), 'foyer-full-'))
    const sender = {
      roomId: visitor.rid,
      visitorId: visitor.id,
      ownerType: 'visitor',
      ownerId: visitor.id,
      codes: { type: 'error-type-not-allowed', size: 'error-size-not-allowed' },
    } as const
    let read = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += MB
        yield Buffer.alloc(MB, 'a')
      }
    }
    const form: IncomingForm<undefined> = {
      announcedBytes: undefined,
      read: async (take) => ({
        taken: await take({ name: 'a', claimedType: '', bytes: endless() }),
        fields: undefined,
      }),
    }
    try {
      for (const [free, most] of [
        [[0], 0],
        [[2e9, 2e9, 0], 40 * MB],
      ] as const) {
        read = 0
        const store = new FullDisk(folder, [...free])
        await keepsNothing(async () => {
          await assert.rejects(
            takeIn(ctx, store, sender, form, () => Promise.resolve()),
            (error) => error instanceof ApiError && error.code === 'error-file-storage-full',
          )
        })
        assert.ok(read <= most, `${read} bytes were read`)
        const left = await readdir(folder, { recursive: true, withFileTypes: true })
        assert.deepEqual(
          left.filter((entry) => entry.isFile()),
          [],
        )
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** A disk on which the room goes from measurement to measurement. */
class FullDisk extends DiskStore {
  readonly #free: number[]

  constructor(folder: string, free: number[]) {
    super(folder)
    this.#free = free
  }

  override freeBytes(): Promise<number> {
    return Promise.resolve(this.#free.shift() ?? 0)
  }
}
