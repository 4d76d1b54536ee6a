import { Readable } from 'node:stream'
import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { exportAsAdministrator, exportAsVisitor, type VisitorExport } from './export-operations.ts'
import { deleteClosedRoom, deleteClosedRooms, eraseAsAdministrator } from './removal-operations.ts'

/** Erasing, removing and exporting what is kept about visitors. */
export function privacyRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.eraseVisitor, async ({ body }, { caller }) => {
    const { visitorId, offlineMessages = true } = body
    const erased = await eraseAsAdministrator(ctx, caller, { visitorId, offlineMessages })
    return {
      visitor: { _id: visitorId, ts: erased.at },
      offlineMessages: erased.offlineMessages,
    }
  })

  router.addDownload(contract.exportVisitor, async ({ query }, { caller }) =>
    asDocument(await exportAsAdministrator(ctx, caller, query.visitorId)),
  )

  router.addDownload(contract.exportOwn, async ({ query }) =>
    asDocument(await exportAsVisitor(ctx, query.token)),
  )

  router.add(contract.deleteRoom, async ({ body }, { caller }) => {
    await deleteClosedRoom(ctx, caller, body.roomId)
    return {}
  })

  router.add(contract.removeAllClosedRooms, async ({ body }, { caller }) => ({
    removedRooms: await deleteClosedRooms(ctx, caller, body.departmentIds),
  }))
}

const asDocument = ({ visitorId, text }: VisitorExport) => ({
  status: 200 as const,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="visitor-${visitorId}.json"`,
    'cache-control': 'no-store',
  },
  open: () => Promise.resolve(Readable.from(text, { objectMode: false })),
})
