import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError } from '../../contract/errors.ts'
import { toEjson } from '../../contract/ejson.ts'
import { StorageUnavailableError } from '../../storage/database.ts'
import { InvalidParamsError, type Method } from './define.ts'

/** The methods of the server by name. */
export type MethodTable = ReadonlyMap<string, Method>

/** An error as a DDP client expects it. */
export interface MethodError {
  isClientSafe: true
  error: string | number
  reason?: string
  message: string
  errorType: 'Meteor.Error'
  details?: Record<string, unknown>
}

/** What a call came to; a method without a result has neither. */
export type MethodOutcome = { result?: unknown } | { error: MethodError }

/** Calls a method by name. Every failure is an outcome: this never rejects. */
export async function runMethod(
  ctx: AppContext,
  methods: MethodTable,
  caller: Caller | undefined,
  { name, params }: { name: string; params: readonly unknown[] },
): Promise<MethodOutcome> {
  const method = methods.get(name)
  if (method === undefined) return { error: errorOf(404, `Method '${name}' not found`) }
  try {
    const result = await method.call(ctx, caller, params)
    return result === undefined ? {} : { result: toEjson(result) }
  } catch (error) {
    return { error: methodError(ctx, name, error) }
  }
}

/** A failure as a DDP client expects it; what was not foreseen is logged and not told. */
export function methodError(ctx: AppContext, method: string, error: unknown): MethodError {
  if (error instanceof ApiError) return errorOf(error.code, error.reason, error.details)
  if (error instanceof InvalidParamsError) return errorOf(400, 'Match failed')
  if (error instanceof TextError) return errorOf(error.status, error.message)
  if (error instanceof StorageUnavailableError) {
    const unavailable = new ApiError('error-service-unavailable')
    return errorOf(unavailable.code, unavailable.reason)
  }
  ctx.log.error({ method, err: error }, 'failed')
  return errorOf(500, 'Internal server error')
}

const errorOf = (
  error: string | number,
  reason: string | undefined,
  details?: Record<string, unknown>,
): MethodError => ({
  isClientSafe: true,
  error,
  ...(reason === undefined ? {} : { reason }),
  message: reason === undefined ? `[${error}]` : `${reason} [${error}]`,
  errorType: 'Meteor.Error',
  ...(details === undefined ? {} : { details }),
})
