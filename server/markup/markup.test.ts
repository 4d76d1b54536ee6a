import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { processorTime } from '../../tests/support/processor-time.ts'
import { until } from '../../tests/support/until.ts'
import { createMarkup } from './markup.ts'
import type { Markup } from './markup.ts'
import { treeJson } from './tree-json.ts'

/** How long a text may wait is the machine's affair, not that of these tests. */
const patient = { maxWaitMs: 60_000 }
const markup = createMarkup(patient)
after(() => markup.close())

const ask = async (from: Markup, text: string) => from.markupOf(text)

const hostile = [
  '\n- a',
  '||a\n',
  '```\n',
  '> *a\n',
  '|a|\n|-|\n',
  '*a _b ~c ',
  ...'* _ ~ _*~ [a]( || | ` < > [ ( ![]( :// http://a x: 😀 :) \\ <t: *a_b~c'.split(' '),
].map((piece) => piece.repeat(5000 / piece.length))

test('[S4] hostile texts never hold the event loop and are all answered', async () => {
  await markup.markupOf('*warm*')
  for (const text of hostile) {
    let trees: (string | null)[] = []
    const took = await processorTime(async () => {
      trees = await Promise.all([ask(markup, text), ask(markup, '*behind*')])
    })
    assert.ok(took < 50, `${JSON.stringify(text.slice(0, 8))} took the event loop ${took} ms`)
    const [tree, behind] = trees
    if (tree !== null) assert.equal(tree, treeJson(text))
    assert.equal(behind, treeJson('*behind*'))
  }
})

test('many texts at once are each given their own tree, hostile ones between them', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `text *${i}* :)`)
  const before = texts.slice(0, 100).map((text) => ask(markup, text))
  const slow = ['*'.repeat(5000), ':)'.repeat(2500)].map((text) => ask(markup, text))
  const behind = texts.slice(100).map((text) => ask(markup, text))
  const trees = await Promise.all([...before, ...behind])
  assert.deepEqual(await Promise.all(slow), [null, null])
  assert.deepEqual(trees, texts.map(treeJson))
})

test('plain text is answered at once, and starts no thread', async () => {
  const idle = createMarkup({ worker: new URL('file:///no-such-module.ts') })
  assert.equal(idle.markupOf('Hello. How are you?'), null)
  assert.equal(idle.markupOf(''), null)
  await idle.close()
})

test('a process lives until its text is answered, and no longer', async () => {
  const script = `import { createMarkup } from ${JSON.stringify(import.meta.resolve('./markup.ts'))}
    console.log(await createMarkup(${JSON.stringify(patient)}).markupOf('*a*'))`
  const options = ['--input-type=module', '--eval', script]
  // A thread that held the process would run into this time limit.
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 60_000 })
  assert.equal(stdout.trim(), treeJson('*a*'))
})

test('trees that are too large are plain', async () => {
  assert.equal(await markup.markupOf('@a '.repeat(1600)), null)
})

test('any text is answered', async () => {
  const odd = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  const any = fc.array(
    fc.oneof(odd, fc.constantFrom('*', '_', '\0', '\ud800', '\u202e', ':)', '[a](')),
  )
  await fc.assert(
    fc.asyncProperty(any, async (pieces) => {
      const text = pieces.join('')
      const tree = await markup.markupOf(text)
      if (tree !== null) assert.equal(tree, treeJson(text))
    }),
    { numRuns: 300 },
  )
  assert.equal(await markup.markupOf('*\ud800\0\u202e*'), treeJson('*\ud800\0\u202e*'))
})

const failing = new URL('./failing-worker.ts', import.meta.url)

test('a thread that fails costs one text its tree; the others get theirs', async () => {
  const fragile = createMarkup({ worker: failing, ...patient })
  for (const failure of ['*throw*', '*exit*', '*hang*', '*memory*']) {
    const texts = ['*before*', failure, '*behind*', '*last*']
    const trees = await Promise.all(texts.map((text) => ask(fragile, text)))
    assert.deepEqual(
      trees,
      ['tree of *before*', null, 'tree of *behind*', 'tree of *last*'],
      failure,
    )
  }
  await fragile.close()
})

test('a thread that cannot start or does not answer holds nobody', async () => {
  for (const worker of [new URL('file:///no-such-module.ts'), failing]) {
    const dead = createMarkup({ worker, maxWaitMs: 300, maxSilenceMs: 1000 })
    assert.deepEqual(await Promise.all([ask(dead, '*silent*'), ask(dead, '*a*')]), [null, null])
    assert.equal(await dead.markupOf('*silent*'), null)
    if (worker === failing) {
      // The new thread may take longer to start than anybody waits here.
      await until('the next one answers', async () => {
        return (await dead.markupOf('*b*')) === 'tree of *b*'
      })
    }
    await dead.close()
  }
})

test('a thread may take longer to start than anybody waits', async () => {
  const slow = createMarkup({ maxWaitMs: 30 })
  await until('it has started', async () => (await slow.markupOf('*a*')) === treeJson('*a*'))
  await slow.close()
})

test('beyond the queue a text is plain at once', async () => {
  const small = createMarkup({ maxWaiting: 2, ...patient })
  const trees = ['*a*', '*b*', '*c*'].map((text) => ask(small, text))
  assert.deepEqual(await Promise.all(trees), [treeJson('*a*'), treeJson('*b*'), null])
  assert.equal(await small.markupOf('*d*'), treeJson('*d*'))
  await small.close()
})

test('closing answers those who wait and ends the thread', async () => {
  const closing = createMarkup({ worker: failing, limitMs: 60_000 })
  await closing.markupOf('*a*')
  const waiting = [ask(closing, '*hang*'), ask(closing, '*b*')]
  // The thread is busy for ever from the next turn on; only its end lets this process end.
  await new Promise((resolve) => setImmediate(resolve))
  await closing.close()
  assert.deepEqual(await Promise.all(waiting), [null, null])
  assert.equal(closing.markupOf('*c*'), null)
})
