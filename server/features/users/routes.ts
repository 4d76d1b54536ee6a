import type { RouteParts } from '../../route-parts.ts'
import { describePolicy } from '../accounts/password-policy.ts'
import { viewOf } from './access.ts'
import * as activity from './activity-operations.ts'
import * as contract from './contract.ts'
import { createUser } from './create-operations.ts'
import { editUser } from './edit-operations.ts'
import { effectiveStatus, toPresence, toUserInfo, toWireUser } from './mappers.ts'
import * as ownContract from './own-contract.ts'
import * as own from './own-operations.ts'
import * as presence from './presence-contract.ts'
import * as reads from './read-operations.ts'
import type { UserKey } from './store.ts'

export function userRoutes(parts: RouteParts): void {
  accountRoutes(parts)
  listRoutes(parts)
  statusRoutes(parts)
  ownRoutes(parts)
}

function accountRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.createUser, async ({ body }, { caller }) => {
    const user = await createUser(ctx, caller, body)
    return { user: toWireUser(user, viewOf(ctx, caller, user.id)) }
  })
  router.add(contract.updateUser, async ({ body }, { caller }) => {
    const user = await editUser(ctx, caller, body)
    return { user: toWireUser(user, viewOf(ctx, caller, user.id)) }
  })
  router.add(contract.deleteUser, async ({ body }, { caller }) => {
    await activity.deleteUser(ctx, caller, keyOf(body))
    return {}
  })
  router.add(contract.setActiveStatus, async ({ body }, { caller }) => {
    const { userId, activeStatus: active } = body
    await activity.setActive(ctx, caller, { userId, active })
    return { user: { _id: userId, active } }
  })
}

function listRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.listUsers, async ({ query }, { caller }) =>
    toPage(await reads.listUsers(ctx, caller, { ...query, filter: {} })),
  )
  router.add(contract.listUsersByStatus, async ({ query }, { caller }) => {
    const { status, type, roles, hasLoggedIn, searchTerm, ...page } = query
    const filter: reads.ListFilter = {
      text: searchTerm,
      active: status === undefined ? undefined : status === 'active',
      type: type === 'user' || type === 'bot' ? type : undefined,
      hasLoggedIn,
      roles: typeof roles === 'string' ? roles.split(',') : roles,
    }
    return toPage(await reads.listUsers(ctx, caller, { ...page, filter }))
  })
  router.add(contract.userInfo, async ({ query }, { caller }) => {
    const { user, view, self } = await reads.readUserInfo(ctx, caller, keyOf(query))
    return { user: toUserInfo(user, view, self) }
  })
  router.add(contract.autocompleteUsers, async ({ query }) => {
    const users = await reads.suggestUsers(ctx, query.selector)
    return {
      items: users.map((user) => {
        const { _id, username, name, status, nickname } = toWireUser(user, 'public')
        return { _id, username, name, status, ...(nickname === undefined ? {} : { nickname }) }
      }),
    }
  })
}

function statusRoutes({ router, ctx }: RouteParts): void {
  router.add(presence.setStatus, async ({ body }, { caller }) => {
    const { status, message } = body
    await activity.setStatus(ctx, caller, {
      key: keyOf(body),
      ...(status === undefined ? {} : { status }),
      ...(message === undefined ? {} : { message }),
    })
    return {}
  })
  router.add(presence.getStatus, async ({ query }, { caller }) => {
    const { user, self } = await reads.readStatus(ctx, caller, keyOf(query))
    const status = effectiveStatus(user)
    return {
      _id: user.id,
      status,
      ...(self ? { connectionStatus: status, message: user.status_text } : {}),
    }
  })
  router.add(presence.getPresence, async ({ query }, { caller }) => {
    const { user, self } = await reads.readStatus(ctx, caller, keyOf(query))
    const presence = effectiveStatus(user)
    const lastLogin = user.last_login_at
    return {
      presence,
      ...(self ? { connectionStatus: presence } : {}),
      ...(self && lastLogin !== null ? { lastLogin } : {}),
    }
  })
  router.add(presence.presence, async ({ query }) => {
    const { ids: named, from } = query
    const ids = typeof named === 'string' ? named.split(',').slice(0, 1000) : named
    const { users, full } = await reads.listPresence(ctx, { from, ids })
    return { users: users.map(toPresence), full }
  })
}

function ownRoutes({ router, ctx }: RouteParts): void {
  router.add(ownContract.updateOwnBasicInfo, async ({ body }, call) => {
    const { caller } = call
    const { statusType, ...data } = body.data
    if (data.currentPassword !== undefined) call.countOwnGuess()
    const user = await own.editOwnAccount(ctx, caller, {
      ...data,
      ...(statusType === undefined ? {} : { status: statusType }),
      ...(body.customFields === undefined ? {} : { customFields: body.customFields }),
    })
    return { user: toWireUser(user, 'full') }
  })
  router.add(ownContract.setPreferences, async ({ body }, { caller }) => {
    const { userId, preferences } = await own.setPreferences(ctx, caller, {
      userId: body.userId ?? caller.userId,
      data: body.data,
    })
    return { user: { _id: userId, settings: { preferences } } }
  })
  router.add(ownContract.getPreferences, async (_input, { caller }) => ({
    preferences: await own.getPreferences(ctx, caller),
  }))
  router.add(ownContract.checkUsernameAvailability, async ({ query }, { caller }) => ({
    result: await own.isUsernameAvailable(ctx, caller, query.username),
  }))
  router.add(ownContract.passwordPolicy, () => ({
    enabled: true,
    policy: describePolicy(ctx.settings),
  }))
}

function keyOf(named: { userId?: string; username?: string }): UserKey | undefined {
  if (named.userId !== undefined) return { id: named.userId }
  return named.username === undefined ? undefined : { username: named.username }
}

const toPage = ({ users, view, offset, total }: reads.UserPage) => ({
  users: users.map((user) => toWireUser(user, view(user))),
  count: users.length,
  offset,
  total,
})
