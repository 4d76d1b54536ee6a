import type { Static } from 'typebox'
import type { RouteParts } from '../../route-parts.ts'
import { toLoginMe, toMe } from '../users/mappers.ts'
import type { UserKey } from '../users/store.ts'
import { userKeyOf } from './access.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'
import { passwordDigest } from './passwords.ts'

export function accountRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.login, async ({ body }, call) => {
    const { token, user } =
      body.resume === undefined
        ? await operations.loginWithPassword(ctx, {
            ...credentialsOf(body),
            origin: { ip: call.ip, userAgent: call.userAgent },
          })
        : await operations.resumeLogin(ctx, body.resume)
    return {
      status: 'success' as const,
      data: { userId: user.id, authToken: token, me: toLoginMe(ctx.config, ctx.settings, user) },
    }
  })

  for (const endpoint of [contract.logout, contract.logoutByGet]) {
    router.add(endpoint, async (_input, { caller }) => {
      await operations.logout(ctx, caller)
      return { status: 'success' as const, data: { message: "You've been logged out!" } }
    })
  }

  router.add(contract.me, async (_input, { caller }) =>
    toMe(ctx.config, ctx.settings, await operations.readMe(ctx, caller)),
  )
}

type LoginBody = Static<NonNullable<typeof contract.login.body>>

function credentialsOf(body: LoginBody): { key: UserKey; digest: string } {
  const key = userKeyOf(body)
  if (key === undefined || body.password === undefined) throw operations.unusableLogin()
  const { password } = body
  const digest =
    typeof password === 'string' ? passwordDigest(password) : password.digest.toLowerCase()
  return { key, digest }
}
