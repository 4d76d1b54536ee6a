import { parseArgs } from 'node:util'
import { readConfig, type Config } from '../server/config.ts'

const BYTES_IN_MB = 1_000_000

/** What was typed after `npm run NAME --`. */
export interface CommandLine {
  /** The one thing that the command is about. */
  subject: string
  replace: boolean
}

/** Runs a command for the operator; whatever goes wrong is one sentence and exit code 1. */
export async function runCommand(
  usage: string,
  work: (line: CommandLine, config: Config) => Promise<string>,
): Promise<void> {
  try {
    const line = commandLine(usage)
    process.stdout.write(`${await work(line, readConfig(process.env))}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

function commandLine(usage: string): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { replace: { type: 'boolean', default: false } },
    })
    const [subject] = positionals
    const known = usage.includes('--replace') || !values.replace
    if (positionals.length === 1 && subject && known) return { subject, replace: values.replace }
  } catch {
    // An unknown option is answered like any other mistake.
  }
  throw new Error(`Usage: ${usage}`)
}

/** `12.3 MB`. */
export const megabytes = (bytes: number): string => `${(bytes / BYTES_IN_MB).toFixed(1)} MB`
