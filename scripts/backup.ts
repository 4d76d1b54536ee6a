import { constants, setPriority } from 'node:os'
import packageFile from '../package.json' with { type: 'json' }
import { backUp } from '../server/backup/backup.ts'
import { megabytes, runCommand } from './command.ts'

// A server that may be running beside this answers people.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

await runCommand('npm run backup -- FILE', async ({ subject }, config) => {
  const { rows, files, bytes, missing } = await backUp(config, subject, packageFile.version)
  const gone = missing === 0 ? '' : ` ${missing} files were deleted meanwhile.`
  return `${subject} holds ${rows} rows and ${files} files of ${megabytes(bytes)}.${gone}`
})
