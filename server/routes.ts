import type { FastifyInstance } from 'fastify'
import type { AppContext } from './context.ts'
import { accountRoutes } from './features/accounts/routes.ts'
import { visitorMessageRoutes } from './features/messages/routes.ts'
import type { StoredPermissions } from './features/permissions/store.ts'
import { roomRoutes } from './features/rooms/routes.ts'
import { settingRoutes } from './features/settings/routes.ts'
import type { StoredSettings } from './features/settings/store.ts'
import { visitorRoutes } from './features/visitors/routes.ts'
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
export function addRoutes(parts: RouteParts): void {
  visitorRoutes(parts)
  roomRoutes(parts)
  visitorMessageRoutes(parts)
  accountRoutes(parts)
  settingRoutes(parts)
}
