import { Type } from 'typebox'
import type { Caller } from '../../context.ts'
import { parseEjson } from '../../contract/ejson.ts'
import { TextError } from '../../contract/errors.ts'
import { METHODS } from '../../methods.ts'
import type { RouteParts } from '../../route-parts.ts'
import { callMethod, callMethodAnonymously } from './contract.ts'
import { matches } from './matches.ts'
import { runMethod } from './run.ts'

const Envelope = Type.Object({
  msg: Type.Literal('method'),
  id: Type.Union([Type.String({ maxLength: 200 }), Type.Number()]),
  method: Type.String({ maxLength: 200 }),
  params: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 20 })),
})

/** The methods of DDP over HTTP. */
export function methodCallRoutes({ router, ctx }: RouteParts): void {
  const answer = async (caller: Caller | undefined, message: string) => {
    const envelope = parseEjson(message)
    if (!matches(Envelope, envelope)) throw new TextError(400, 'Invalid method call')
    const { id, method: name, params = [] } = envelope
    const outcome = await runMethod(ctx, METHODS, caller, { name, params })
    return { message: JSON.stringify({ msg: 'result', id, ...outcome }) }
  }
  router.add(callMethod, ({ body }, { caller }) => answer(caller, body.message))
  router.add(callMethodAnonymously, ({ body }, { optionalCaller }) =>
    answer(optionalCaller, body.message),
  )
}
