import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { readNextAgent, readServingAgent, setAvailability } from './operations.ts'
import { addStaff, readStaff, readStaffList, removeStaff, staffRole } from './staff-operations.ts'
import { toVisibleAgent, toWireStaff } from './wire.ts'

/** Endpoints of the tags Omnichannel Agents and Omnichannel Users. */
export function agentRoutes(parts: RouteParts): void {
  staffRoutes(parts)
  statusRoutes(parts)
}

function staffRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.addStaff, async ({ params, body }, { caller }) => {
    const role = staffRole(params.type)
    const { id, username } = await addStaff(ctx, caller, { role, username: body.username })
    return { user: { _id: id, username } }
  })

  router.add(contract.listStaff, async ({ params, query }, { caller }) => {
    const { text, excludeId, onlyAvailable = false, showIdleAgents, ...page } = query
    const { staff, offset, total } = await readStaffList(ctx, caller, {
      ...page,
      role: staffRole(params.type),
      text,
      excludeId,
      onlyAvailable,
      showIdleAgents,
    })
    return { users: staff.map(toWireStaff), count: staff.length, offset, total }
  })

  router.add(contract.getStaff, async ({ params }) => {
    const staff = await readStaff(ctx, { role: staffRole(params.type), userId: params._id })
    return { user: staff === undefined ? null : toWireStaff(staff) }
  })

  router.add(contract.removeStaff, async ({ params }, { caller }) => {
    await removeStaff(ctx, caller, { role: staffRole(params.type), userId: params._id })
    return {}
  })
}

function statusRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.setAgentStatus, async ({ body: { status, agentId } }, { caller }) => ({
    status: await setAvailability(ctx, caller, {
      wished: status,
      ...(agentId === undefined ? {} : { agentId }),
    }),
  }))

  router.add(contract.agentInfo, async ({ params: { token, rid } }) => ({
    agent: toVisibleAgent(ctx.settings, await readServingAgent(ctx, { token, roomId: rid })),
  }))

  router.add(contract.nextAgent, async ({ params: { token }, query: { department } }) => {
    const agent = await readNextAgent(ctx, { token, department })
    return agent === undefined ? {} : { agent: toVisibleAgent(ctx.settings, agent) }
  })
}
