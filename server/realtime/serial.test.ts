import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'node:test'
import { pino } from 'pino'
import { Serial } from './serial.ts'

const TASKS = 50

/** Keeps the thread busy for so many milliseconds, as a statement of the embedded engine does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('many tasks leave turns to everybody else, and keep their order', async () => {
  const serial = new Serial(pino({ enabled: false }))
  const done: number[] = []
  for (let task = 0; task < TASKS; task++) {
    serial.add(async () => {
      work(1)
      await Promise.resolve()
      done.push(task)
    })
  }
  const seen: number[] = []
  while (done.length < TASKS) {
    seen.push(done.length)
    await nextTurn()
  }
  await serial.settled()
  assert.ok(seen.length > 5, `others had ${seen.length} turns`)
  assert.deepEqual(
    done,
    Array.from({ length: TASKS }, (_one, index) => index),
  )
})

test('a task that fails is not in the way of the next', async () => {
  const serial = new Serial(pino({ enabled: false }))
  let told = false
  serial.add(() => Promise.reject(new Error('asked for')))
  serial.add(() => {
    told = true
    return Promise.resolve()
  })
  await serial.settled()
  assert.ok(told)
})
