import type { FileStores } from '../../files/file-store.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import type { Database } from '../../storage/database.ts'
import { deleteUncarried, findFile, type RemovalPayload } from './store.ts'

/** Removes bytes that no message carries; tried until it works, since erasure must be complete. */
export const removeFileJob = (db: Database, stores: FileStores): JobHandler => ({
  attempts: Infinity,
  run: async (job) => {
    const { fileId, store } = JSON.parse(job.payload) as RemovalPayload
    const carried = await db.transact(async (tx) => {
      await deleteUncarried(tx, fileId)
      return findFile(tx, fileId)
    })
    if (carried === undefined) await stores.named(store).delete(fileId)
  },
})
