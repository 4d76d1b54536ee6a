import { ApiError } from '../../contract/errors.ts'
import type { RouteParts } from '../../route-parts.ts'
import * as contract from './token-contract.ts'
import * as operations from './token-operations.ts'

export function tokenRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.createToken, async ({ body }, { caller, ip, userAgent }) => {
    const { userId: id, username } = body
    if (id === undefined && username === undefined) throw new ApiError('error-invalid-user')
    const key = id === undefined ? { username: username ?? '' } : { id }
    const { userId, token } = await operations.createToken(ctx, caller, { key, ip, userAgent })
    return { data: { userId, authToken: token } }
  })
  router.add(contract.generatePersonalToken, async ({ body }, { caller, ip, userAgent }) => ({
    token: await operations.generatePersonalToken(ctx, caller, {
      name: body.tokenName,
      ip,
      userAgent,
    }),
  }))
  router.add(contract.regeneratePersonalToken, async ({ body }, { caller, ip, userAgent }) => ({
    token: await operations.regeneratePersonalToken(ctx, caller, {
      name: body.tokenName,
      ip,
      userAgent,
    }),
  }))
  router.add(contract.removePersonalToken, async ({ body }, { caller }) => {
    await operations.removePersonalToken(ctx, caller, body.tokenName)
    return {}
  })
  router.add(contract.listPersonalTokens, async (_input, { caller }) => {
    const tokens = await operations.listPersonalTokens(ctx, caller)
    return {
      tokens: tokens.map((token) => ({
        name: token.name ?? '',
        createdAt: token.created_at,
        lastTokenPart: token.hint ?? '',
        bypassTwoFactor: false,
      })),
    }
  })
  router.add(contract.logoutUser, async ({ body }, { caller }) => {
    const userId = body.userId ?? caller.userId
    await operations.logoutEverywhere(ctx, caller, userId)
    return { message: `User ${userId} has been logged out!` }
  })
  router.add(contract.logoutOtherClients, async (_input, call) => {
    const { expiresAt } = await operations.logoutOthers(ctx, call.caller)
    return {
      token: call.header('x-auth-token') ?? '',
      ...(expiresAt === null ? {} : { tokenExpires: expiresAt }),
    }
  })
  router.add(contract.removeOtherTokens, async (_input, { caller }) => {
    await operations.logoutOthers(ctx, caller)
    return {}
  })
}
