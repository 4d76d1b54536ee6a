import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { unescapeWidgetText } from './unescape.ts'

const escape = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

test('unescaping undoes the widget, whatever was typed', () => {
  const typed = fc
    .array(fc.constantFrom('&', '<', '>', '"', "'", ';', 'amp;', '&lt;', '#39;', 'ä', '\ud800'))
    .map((pieces) => pieces.join(''))
  fc.assert(fc.property(typed, (text) => unescapeWidgetText(escape(text)) === text))
})

test('it takes one pass and leaves what the widget never wrote', () => {
  assert.equal(unescapeWidgetText('&amp;lt;b&amp;gt;'), '&lt;b&gt;')
  assert.equal(unescapeWidgetText('&LT;i&#x2F;&#x27;&#039;&#96;'), "<i/''`")
  assert.equal(
    unescapeWidgetText('&nbsp; &constructor; & &; &#60;'),
    '&nbsp; &constructor; & &; &#60;',
  )
})
