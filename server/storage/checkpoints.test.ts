import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'node:test'
import { Checkpoints } from './checkpoints.ts'

const LOG_PAGES = 2000

const pagesIn = (writer: DatabaseSync): number =>
  (writer.prepare('pragma wal_checkpoint(noop)').get() as { log: number }).log

test('the log begins anew while rows are written, and nothing of them is lost', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-checkpoints-'))
  const file = join(folder, 'log.db')
  const writer = new DatabaseSync(file)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writer.exec('pragma journal_mode = wal; pragma synchronous = full')
  writer.exec('create table word (id integer primary key, text text not null)')
  const checkpoints = new Checkpoints(file, writer, LOG_PAGES)
  const insert = writer.prepare('insert into word (text) values (?)')
  let written = 0
  const commit = (): void => {
    writer.exec('begin immediate')
    for (let row = 0; row < 100; row++) insert.run(`${written++} ${'x'.repeat(1000)}`)
    writer.exec('commit')
    checkpoints.afterCommit()
  }
  let restarts = 0
  for (let before = 0; restarts < 3; before = pagesIn(writer)) {
    commit()
    if (pagesIn(writer) < before) restarts++
    await nextTurn()
  }

  await checkpoints.close()
  const { rows } = writer.prepare('select count(*) as rows from word').get() as { rows: number }
  assert.equal(rows, written)
  assert.deepEqual({ ...writer.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  writer.close()
})

test('a reader of an old state only puts it off', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-checkpoints-'))
  const file = join(folder, 'log.db')
  const writer = new DatabaseSync(file)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writer.exec('pragma journal_mode = wal; create table word (text text not null)')
  const checkpoints = new Checkpoints(file, writer, LOG_PAGES)
  const reader = new DatabaseSync(file, { readOnly: true })
  const count = () =>
    (reader.prepare('select count(*) as rows from word').get() as { rows: number }).rows
  reader.exec('begin')
  assert.equal(count(), 0)
  const insert = writer.prepare('insert into word values (?)')
  for (let row = 0; row < 30; row++) {
    insert.run('x'.repeat(1_000_000))
    checkpoints.afterCommit()
    await nextTurn()
  }
  assert.equal(count(), 0)
  reader.exec('commit')
  assert.equal(count(), 30)
  for (let before = Infinity; before > 100; before = pagesIn(writer)) {
    insert.run('more')
    checkpoints.afterCommit()
    await nextTurn()
  }
  await checkpoints.close()
  reader.close()
  writer.close()
})
