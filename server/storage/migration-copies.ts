import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { syncFile, syncFolder } from './folders.ts'
import { isCurrent, knowsMigrations } from './migrate.ts'
import { migrationsOf } from './sqlite-source.ts'

const KEPT_MS = 14 * 86_400_000
const COPY = /^before-migration-.*\.db$/
const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const

const copiesIn = (folder: string): string => join(folder, 'backups')

/**
 * Copies a database that is about to be migrated into the folder's `backups`, under a name that
 * appears once the copy is whole and durable. A new, a current, and a too new database need none.
 * @returns the file, if one was made
 */
export function copyBeforeMigration(
  folder: string,
  connection: DatabaseSync,
  now: number,
): string | undefined {
  const run = migrationsOf(connection)
  if (run.length === 0 || isCurrent(run) || !knowsMigrations(run)) return undefined
  const copies = copiesIn(folder)
  mkdirSync(copies, { recursive: true, mode: OWNER_ONLY.folder })
  const time = new Date(now).toISOString().replaceAll(/[:.]/g, '-')
  const file = join(copies, `before-migration-${time}-${run.at(-1)}.db`)
  const partial = `${file}.partial`
  rmSync(partial, { force: true })
  connection.prepare('vacuum into ?').run(partial)
  chmodSync(partial, OWNER_ONLY.file)
  syncFile(partial)
  renameSync(partial, file)
  syncFolder(copies)
  return file
}

/** Removes copies older than 14 days, since they hold what was erased after them, and torn ones. */
export function removeOldCopies(folder: string, now: number): void {
  const copies = copiesIn(folder)
  let names: string[]
  try {
    names = readdirSync(copies)
  } catch {
    return
  }
  for (const name of names) {
    const file = join(copies, name)
    const torn = COPY.test(name.replace(/\.partial$/, '')) && name.endsWith('.partial')
    const old = COPY.test(name) && statSync(file).mtimeMs < now - KEPT_MS
    if (torn || old) rmSync(file, { force: true })
  }
}
