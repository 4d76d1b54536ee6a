import packageFile from '../../../package.json' with { type: 'json' }
import type { AppContext, Caller } from '../../context.ts'
import type { RouteParts } from '../../route-parts.ts'
import { info } from './contract.ts'

/** The release of the wire contract that this server implements; clients switch features by it. */
const CONTRACT_VERSION = '8.5'

export function infoRoutes({ router, ctx }: RouteParts): void {
  router.add(info, (_input, { optionalCaller }) => ({
    version: CONTRACT_VERSION,
    foyer: packageFile.version,
    ...detailsFor(ctx, optionalCaller),
  }))
}

function detailsFor(ctx: AppContext, caller: Caller | undefined) {
  if (caller === undefined || !ctx.permissions.allow(caller.roles, 'view-statistics')) return {}
  const { version, arch, platform } = process
  return {
    info: {
      version: `${CONTRACT_VERSION}.0`,
      build: { nodeVersion: version, arch, platform },
      database: ctx.db.engine,
    },
  }
}
