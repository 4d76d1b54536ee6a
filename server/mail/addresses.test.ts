import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { headerText, mailAddress, mailAddresses, mailbox } from './addresses.ts'

test('an address is one plain address, and nothing that could be read as more', () => {
  assert.equal(mailAddress(' Ana.B+c@Shop.Example.COM '), 'Ana.B+c@shop.example.com')
  assert.equal(mailAddress('ana@bücher.example'), 'ana@xn--bcher-kva.example')
  const refused = [
    '',
    'ana',
    '@example.com',
    'ana@',
    'ana@localhost',
    'ana@[127.0.0.1]',
    'ana@127.0.0.1',
    'ana@example..com',
    'ana@-x.com',
    '.ana@example.com',
    'a..na@example.com',
    '"ana b"@example.com',
    'Ana <ana@example.com>',
    'ana@example.com,bob@example.com',
    'ana@example.com bob@example.com',
    'ana@example.com\r\nBcc: bob@example.com',
    'ana\n@example.com',
    'ana@exa\u0000mple.com',
    'añá@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.com`,
  ]
  for (const text of refused) assert.equal(mailAddress(text), undefined, text)
})

test('whatever is accepted as an address holds nothing but one', () => {
  const pieces = fc.constantFrom('a', '@', '.', 'example.com', ',', '<', '>', '\r\n', ' ', '"', 'é')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const address = mailAddress(parts.join(''))
      assert.ok(address === undefined || /^[\w.+-]+@[\w.-]+$/.test(address), address)
    }),
  )
})

test('lists and senders are read as operators write them', () => {
  assert.deepEqual(mailAddresses('a@example.com, nobody, b@example.com'), [
    'a@example.com',
    'b@example.com',
  ])
  assert.deepEqual(mailAddresses(''), [])
  assert.deepEqual(mailbox('"The Shop" <shop@example.com>'), {
    name: 'The Shop',
    address: 'shop@example.com',
  })
  assert.deepEqual(mailbox('shop@example.com'), { name: '', address: 'shop@example.com' })
  assert.equal(mailbox('The Shop'), undefined)
})

test('a header text is one line that can be seen', () => {
  assert.equal(
    headerText(' Ana\r\nBcc: bob@example.com\t\u202Ex\u2028y\u0000 '),
    'Ana Bcc: bob@example.com x y',
  )
  assert.equal(headerText('a'.repeat(149) + '😀'), 'a'.repeat(149))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const safe = headerText(text)
      assert.ok(
        safe.length <= 150 && safe.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(safe),
      )
    }),
  )
})
