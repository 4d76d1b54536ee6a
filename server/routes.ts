import type { FastifyInstance } from 'fastify'
import type { AppContext } from './context.ts'
import type { StoredPermissions } from './features/permissions/store.ts'
import type { StoredSettings } from './features/settings/store.ts'
import type { Router } from './http/router.ts'

/** What the route files of the features are given. */
export interface RouteParts {
  http: FastifyInstance
  router: Router
  ctx: AppContext
  settings: StoredSettings
  permissions: StoredPermissions
}

/** Adds every endpoint of the server: one line a feature. */
export function addRoutes(_parts: RouteParts): void {}
