import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { backUp } from '../../server/backup/backup.ts'
import { readArchive } from '../../server/backup/read-archive.ts'
import type { StorageTarget } from '../../server/storage/open.ts'
import type { TestEngine } from './engines.ts'

/** Places of the enclosing suite, removed after it. */
export interface Places {
  /** A file name for an archive. */
  archive(name: string): string
  /** An empty place for an installation. */
  empty(engine: TestEngine): Promise<StorageTarget>
  /** What an installation holds now. */
  stateOf(storage: StorageTarget): Promise<Content>
}

/** Declares places for the enclosing suite. */
export function usePlaces(): Places {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-archives-'))
  const removals: (() => Promise<void>)[] = []
  let states = 0
  after(async () => {
    await rm(folder, { recursive: true, force: true })
    for (const remove of removals) await remove()
  })
  return {
    archive: (name) => join(folder, name),
    empty: async (engine) => {
      const { storage, remove } = await engine.create()
      removals.push(remove)
      return storage
    },
    stateOf: async (storage) => {
      const path = join(folder, `state-${++states}`)
      await backUp({ storage, s3: undefined }, path, '0.0.0')
      return contentOf(path)
    },
  }
}

/** Everything that an archive holds, in a form that compares. */
export interface Content {
  /** Rows of each table as JSON, in order. */
  tables: Record<string, string[]>
  /** SHA-256 of each file. */
  files: Record<string, string>
}

/**
 * Reads an archive; which store has a file is left out, since it differs between places, and so are
 * the running processes, which give signs of life at any time.
 */
export async function contentOf(path: string): Promise<Content> {
  const content: Content = { tables: {}, files: {} }
  let table = ''
  let columns: readonly string[] = []
  let file = ''
  let digest = createHash('sha256')
  for await (const part of readArchive(path)) {
    if (part.kind === 'table') {
      table = part.table
      columns = part.columns
      content.tables[table] = []
    } else if (part.kind === 'row') {
      const values = part.values.map((value, place) =>
        table === 'file' && columns[place] === 'store' ? '' : value,
      )
      if (table !== 'node') content.tables[table]?.push(JSON.stringify(values))
    } else if (part.kind === 'file') {
      file = part.file
      digest = createHash('sha256')
      content.files[file] = digest.copy().digest('hex')
    } else if (part.kind === 'bytes') {
      digest.update(part.bytes)
      content.files[file] = digest.copy().digest('hex')
    }
  }
  for (const rows of Object.values(content.tables)) rows.sort()
  return content
}
