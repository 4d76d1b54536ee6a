import type { RouteParts } from '../../route-parts.ts'
import { visitPage } from './contract.ts'
import { notePageVisit, pageOf } from './operations.ts'

/** The endpoint of the tag Page Visited. */
export function pageVisitRoutes({ router, ctx }: RouteParts): void {
  router.add(visitPage, async ({ body: { token, pageInfo } }) => {
    const { change, title, location } = pageInfo
    const visit = await notePageVisit(ctx, { token, change, title, href: location.href })
    if (visit === undefined) return {}
    return { page: { msg: visit.title, navigation: { page: pageOf(visit), token } } }
  })
}
