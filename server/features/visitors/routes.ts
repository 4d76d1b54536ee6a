import type { RouteParts } from '../../route-parts.ts'
import {
  deleteVisitor,
  getVisitor,
  listOpenRoomsOfVisitor,
  registerVisitor as registerEndpoint,
  setVisitorStatus as statusEndpoint,
} from './contract.ts'
import {
  listOpenRooms,
  readVisitor,
  registerVisitor,
  removeVisitor,
  setVisitorStatus,
} from './operations.ts'
import { toWireVisitor } from './wire.ts'

/** Endpoints of the tag Omnichannel Visitors. */
export function visitorRoutes({ router, ctx }: RouteParts): void {
  router.add(registerEndpoint, async ({ body: { visitor } }, call) => {
    const { token, name, email, phone, department, customFields } = visitor
    const connection = { userAgent: call.userAgent, ip: call.ip, host: call.host }
    const row = await registerVisitor(ctx, {
      token,
      name,
      email,
      phone,
      department,
      customFields,
      connection,
      language: call.header('accept-language'),
    })
    return { visitor: toWireVisitor(row, { type: 'visitor', token }) }
  })

  router.add(getVisitor, async ({ params: { token } }) => ({
    visitor: toWireVisitor(await readVisitor(ctx, token), { type: 'visitor', token }),
  }))

  router.add(deleteVisitor, async ({ params }) => {
    const { id, at } = await removeVisitor(ctx, params.token)
    return { visitor: { _id: id, ts: at } }
  })

  router.add(statusEndpoint, async ({ body: { token, status } }) => {
    await setVisitorStatus(ctx, token, status)
    return { token, status }
  })

  router.add(listOpenRoomsOfVisitor, async ({ params }) => ({
    rooms: (await listOpenRooms(ctx, params.token)).map((room) => ({
      _id: room.id,
      t: 'l' as const,
      cl: false,
      ...(room.served_by_id === null
        ? {}
        : {
            servedBy: {
              _id: room.served_by_id,
              username: room.served_by_username ?? '',
              ts: room.served_at ?? room.created_at,
            },
          }),
    })),
  }))
}
