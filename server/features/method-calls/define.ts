import type { Static, TSchema } from 'typebox'
import type { AppContext, Caller } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import type { PermissionId } from '../permissions/catalogue.ts'
import { matches } from './matches.ts'

type Values<Schemas extends readonly TSchema[]> = {
  -readonly [Index in keyof Schemas]: Static<Schemas[Index]>
}
type OptionalValues<Schemas extends readonly TSchema[]> = {
  -readonly [Index in keyof Schemas]: Static<Schemas[Index]> | undefined
}

/** A DDP method, as the table of methods holds it. It knows neither HTTP nor sockets. */
export interface Method {
  name: string
  /**
   * Checks who calls and with what, then does it. The result is in the form of the REST wire.
   * @throws ApiError, `InvalidParamsError`
   */
  call(ctx: AppContext, caller: Caller | undefined, params: readonly unknown[]): Promise<unknown>
}

/** Parameters that do not fit the method. */
export class InvalidParamsError extends Error {
  override readonly name = 'InvalidParamsError'
}

interface Shape<Required extends readonly TSchema[], Optional extends readonly TSchema[]> {
  name: string
  required: Required
  /** Trailing parameters; `null` stands for a missing one, further ones are ignored. */
  optional: Optional
}

type Params<Required extends readonly TSchema[], Optional extends readonly TSchema[]> = [
  ...Values<Required>,
  ...OptionalValues<Optional>,
]

/** Declares a method for signed-in users, or for holders of any of some permissions. */
export function defineMethod<
  const Required extends readonly TSchema[],
  const Optional extends readonly TSchema[],
>(
  method: Shape<Required, Optional> & {
    audience: 'user' | { anyOf: readonly PermissionId[]; refusal: ErrorCode }
    run: (ctx: AppContext, caller: Caller, params: Params<Required, Optional>) => unknown
  },
): Method {
  return {
    name: method.name,
    call: async (ctx, caller, params) => {
      if (caller === undefined) throw new ApiError('error-invalid-user')
      const values = checked(method, params)
      const { audience } = method
      if (audience !== 'user') {
        const allowed = audience.anyOf.some((id) => ctx.permissions.allow(caller.roles, id))
        if (!allowed) throw new ApiError(audience.refusal)
      }
      return method.run(ctx, caller, values)
    },
  }
}

/** Declares a method that anybody may call; the caller is known when he is signed in. */
export function defineOpenMethod<
  const Required extends readonly TSchema[],
  const Optional extends readonly TSchema[],
>(
  method: Shape<Required, Optional> & {
    run: (
      ctx: AppContext,
      caller: Caller | undefined,
      params: Params<Required, Optional>,
    ) => unknown
  },
): Method {
  return {
    name: method.name,
    call: async (ctx, caller, params) => method.run(ctx, caller, checked(method, params)),
  }
}

function checked<Required extends readonly TSchema[], Optional extends readonly TSchema[]>(
  { required, optional }: Shape<Required, Optional>,
  params: readonly unknown[],
): Params<Required, Optional> {
  const values = [
    ...required.map((schema, index) => valueOf(schema, params[index])),
    ...optional.map((schema, index) => {
      const value = params[required.length + index] ?? undefined
      return value === undefined ? undefined : valueOf(schema, value)
    }),
  ]
  return values as Params<Required, Optional>
}

function valueOf(schema: TSchema, value: unknown): unknown {
  if (matches(schema, value)) return value
  throw new InvalidParamsError()
}
