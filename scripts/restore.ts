import { constants, setPriority } from 'node:os'
import { restore } from '../server/backup/restore.ts'
import { InstallationExistsError } from '../server/storage/restoring.ts'
import { megabytes, runCommand } from './command.ts'

// A server that may be running beside this answers people.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

await runCommand('npm run restore -- FILE [--replace]', async ({ subject, replace }, config) => {
  try {
    const { rows, files, bytes, erased } = await restore(subject, { config, replace })
    const again =
      erased === 0
        ? ''
        : ` ${erased} erased visitors, conversations or offline messages were erased again.`
    return `Restored ${rows} rows and ${files} files of ${megabytes(bytes)}.${again}`
  } catch (error) {
    if (!(error instanceof InstallationExistsError)) throw error
    throw new Error(`${error.message}; to replace it, add --replace`, { cause: error })
  }
})
