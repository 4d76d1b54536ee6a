import type { FastifyInstance } from 'fastify'
import type { Nodes } from './cluster/nodes.ts'
import type { AppContext } from './context.ts'
import type { StoredPermissions } from './features/permissions/store.ts'
import type { StoredSettings } from './features/settings/store.ts'
import type { FileStores } from './files/file-store.ts'
import type { Router } from './http/router.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { DomainCheck } from './mail/domain-check.ts'

/** What the route files of the features are given. */
export interface RouteParts {
  http: FastifyInstance
  router: Router
  ctx: AppContext
  settings: StoredSettings
  permissions: StoredPermissions
  outbound: Outbound
  domainExists: DomainCheck
  files: FileStores
  /** The processes of the installation. */
  nodes: Nodes
}
