import { DatabaseSync } from 'node:sqlite'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The data folder belongs to another running process. */
class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError'
}

/**
 * Holds the data folder for this process alone. The kernel frees the lock when the process ends,
 * however it ends; the owner file beside it only says whom to look for.
 * @returns a function that lets go
 * @throws DataFolderInUseError naming the holder
 */
export function lockDataFolder(folder: string): () => void {
  const owner = join(folder, 'foyer.pid')
  const lock = new DatabaseSync(join(folder, 'foyer.lock'))
  try {
    lock.exec('pragma locking_mode = exclusive')
    lock.exec('begin exclusive')
  } catch {
    lock.close()
    throw new DataFolderInUseError(
      `the data folder ${folder} is in use by another Foyer process${processOf(owner)}`,
    )
  }
  writeFileSync(owner, String(process.pid))
  return () => {
    lock.close()
    rmSync(owner, { force: true })
  }
}

function processOf(owner: string): string {
  try {
    return ` (process ${readFileSync(owner, 'utf8')})`
  } catch {
    return ''
  }
}
