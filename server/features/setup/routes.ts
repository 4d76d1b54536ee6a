import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { checkLink, setUpAdministrator } from './operations.ts'

/** The first run: what the holder of the printed link may do. */
export function setupRoutes({ router, ctx, settings }: RouteParts): void {
  router.add(contract.checkSetupLink, async ({ body }) => {
    const { username, name, emails } = await checkLink(ctx, body.secret)
    const [email] = emails
    return { username, name, ...(email === undefined ? {} : { email: email.address }) }
  })
  router.add(contract.setUp, async ({ body }, { ip }) => {
    const { username } = await setUpAdministrator(ctx, settings, { ...body, ip })
    return { username }
  })
}
