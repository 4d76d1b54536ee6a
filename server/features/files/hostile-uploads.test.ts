import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { download, PNG, postForm } from '../../../tests/support/forms.ts'
import { expectRefusal, seedRoom } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { asVisitor, fileRecords, linkOf, upload, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  /** Nothing of a refused upload may stay. */
  async function keepsNothing(work: () => Promise<void>): Promise<void> {
    const before = await fileRecords(server())
    await work()
    assert.deepEqual(await fileRecords(server()), before)
  }

  test('[S5] what a file is, is told by its bytes: polyglots, wrong names, wrong claims', async () => {
    const visitor = await seedRoom(server())
    const script = '<script>alert(document.cookie)</script>'
    const refusedSvg = [
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      `<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
      `\uFEFF \n<SVG >${script}</SVG>`,
    ]
    await keepsNothing(async () => {
      for (const bytes of refusedSvg) {
        for (const claim of ['image/png', 'image/svg+xml']) {
          const answer = await upload(server(), visitor, { bytes, name: 'a.png', type: claim })
          assert.equal(answer.status, 400)
          assert.deepEqual(answer.body, { success: false, reason: 'error-type-not-allowed' })
        }
      }
    })
    const accepted = [
      { bytes: `GIF89a/*${'\0'.repeat(20)}*/=1;alert(1)//`, type: 'image/gif', sent: 'image/gif' },
      { bytes: `<!doctype html>${script}`, type: 'text/html', sent: 'application/octet-stream' },
      { bytes: `words ${script}`, type: 'text/html', sent: 'application/octet-stream' },
      { bytes: 'alert(1)', type: 'text/plain', sent: 'text/plain; charset=utf-8' },
      {
        bytes: '<?xml version="1.0"?><a/>',
        type: 'application/xml',
        sent: 'application/octet-stream',
      },
    ]
    for (const { bytes, type, sent } of accepted) {
      const file = { bytes, name: 'photo.png', type: 'image/png' }
      const message = await uploaded(server(), visitor, file)
      assert.equal(message.file.type, type)
      const got = await download(server(), linkOf(message), asVisitor(visitor))
      assert.equal(got.headers['content-type'], sent)
      assert.equal(got.headers['x-content-type-options'], 'nosniff')
      assert.match(String(got.headers['content-security-policy']), /^sandbox;/)
      const place = String(got.headers['content-disposition']).split(';')[0]
      assert.equal(place, type === 'image/gif' ? 'inline' : 'attachment')
    }
  })

  test('[S5] forms that are none are refused, never a 500', async () => {
    const visitor = await seedRoom(server())
    const path = `livechat/upload/${visitor.rid}`
    const own = asVisitor(visitor)
    const raw = (body: string, type = 'multipart/form-data; boundary=x') =>
      server().request('POST', path, { body, headers: { 'content-type': type, ...own } })
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    await keepsNothing(async () => {
      const forms = [
        await raw(''),
        await raw('no form at all'),
        await raw(`${head}words without an end`),
        await raw(`${head}${'a'.repeat(600_000)}`),
        await raw('--x--\r\n'),
        await raw(`${head}words\r\n--x--`, 'multipart/form-data'),
        await raw('{}', 'application/json'),
        await upload(server(), visitor, undefined, { description: 'no file' }),
        await upload(server(), visitor, { bytes: PNG, field: 'avatar' }),
        await upload(server(), visitor, { bytes: PNG }, { description: 'a\u0000b' }),
        await upload(server(), visitor, { bytes: PNG }, { description: 'a'.repeat(100_001) }),
        await upload(server(), visitor, { bytes: PNG }, { description: 'a'.repeat(6000) }),
        await upload(server(), visitor, { bytes: PNG }, { ['__proto__']: 'x' }),
        await upload(
          server(),
          visitor,
          { bytes: PNG },
          Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, 'x'])),
        ),
      ]
      for (const [index, { status, body }] of forms.entries()) {
        assert.equal(status, 400, `${index}: ${JSON.stringify(body)}`)
        assert.equal(body.success, false)
      }
    })
    const elsewhere = await postForm(server(), 'livechat/message', { bytes: PNG }, own)
    expectRefusal(elsewhere, 415, 'application/json')
    await uploaded(server(), visitor, { bytes: PNG })
  })

  test('[S4] [S5] a name is shown and never used: paths, headers, directions, lengths', async () => {
    const visitor = await seedRoom(server())
    const cases: [string, string | RegExp][] = [
      ['../../../etc/passwd', 'passwd'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['..', 'file'],
      ['.', 'file'],
      ['', 'file'],
      ['a\tb.txt', 'ab.txt'],
      ['ex\u202Egnp.exe', 'exgnp.exe'],
      ['<img src=x onerror=alert(1)>.txt', '<img src=x onerror=alert(1)>.txt'],
      ['señal 中文 😀.png', 'señal 中文 😀.png'],
      ['100%.txt', '100%.txt'],
      ['?a=b#c.txt', '?a=b#c.txt'],
      [`${'x'.repeat(400)}.jpeg`, /^x{250}\.jpeg$/],
      ['中'.repeat(400), /^中{255}$/],
    ]
    for (const [name, shown] of cases) {
      const message = await uploaded(server(), visitor, { bytes: 'words', name })
      if (typeof shown === 'string') assert.equal(message.file.name, shown)
      else assert.match(message.file.name, shown)
      const got = await download(server(), linkOf(message), asVisitor(visitor))
      assert.equal(got.status, 200, name)
      const disposition = String(got.headers['content-disposition'])
      assert.match(disposition, /^attachment; filename=/)
      assert.doesNotMatch(disposition, /[^\x20-\x7e]/)
    }
  })

  test('[S5] ids of files cannot be guessed from others', async () => {
    const visitor = await seedRoom(server())
    const ids: string[] = []
    for (let n = 0; n < 20; n++) {
      ids.push((await uploaded(server(), visitor, { bytes: PNG })).file._id)
    }
    assert.equal(new Set(ids.map((id) => id.slice(8))).size, 20)
    for (const id of ids) assert.match(id, /^[0-9A-Za-z]{19}$/)
  })
})
