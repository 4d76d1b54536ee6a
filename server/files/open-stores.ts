import { join } from 'node:path'
import { StorageUnavailableError, type Database } from '../storage/database.ts'
import type { StorageTarget } from '../storage/open.ts'
import { DatabaseStore } from './database-store.ts'
import { DiskStore } from './disk-store.ts'
import type { FileStore, FileStores } from './file-store.ts'
import { S3Store, type S3Options } from './s3-store.ts'

/**
 * The stores of an installation. New files go to S3 when it is configured, else beside the
 * embedded database, else into PostgreSQL; the others stay readable.
 */
export function openFileStores(
  config: { storage: StorageTarget; s3: S3Options | undefined },
  db: Database,
): FileStores {
  const own =
    config.storage.kind === 'sqlite'
      ? new DiskStore(join(config.storage.folder, 'files'))
      : new DatabaseStore(db)
  const stores: FileStore[] = config.s3 === undefined ? [own] : [new S3Store(config.s3), own]
  return {
    primary: stores[0] ?? own,
    named: (name) => {
      const store = stores.find((known) => known.name === name)
      if (store === undefined) {
        throw new StorageUnavailableError(`files are kept in ${name}, which is not configured`)
      }
      return store
    },
  }
}
