import { pino, type Logger as PinoLogger } from 'pino'

/** Structured logger; one JSON object a line on standard output. */
export type Logger = PinoLogger

/** Builds the process logger. `level` is one of pino's level names or `silent`. */
export const createLogger = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
