import type { Settings } from '../../context.ts'
import type { VisibleAgent, WireStaff } from './contract.ts'
import type { Staff } from './store.ts'

/** Whom others see as absent: he said so, or he is deactivated. */
const statusOf = ({ active, status }: Staff): string => (active === 1 ? status : 'offline')

/** An agent or manager as his colleagues see him. */
export const toWireStaff = (staff: Staff): WireStaff => ({
  _id: staff.id,
  username: staff.username,
  name: staff.name,
  status: statusOf(staff),
  ...(staff.availability === null ? {} : { statusLivechat: staff.availability }),
  emails: staff.addresses,
  livechat: staff.max_chats === null ? {} : { maxNumberSimultaneousChat: staff.max_chats },
})

/** An agent as visitors see him: as much as the site wants to show. */
export function toVisibleAgent(settings: Settings, agent: Staff): VisibleAgent {
  if (!settings.get('Livechat_show_agent_info')) return { hiddenInfo: true }
  return {
    _id: agent.id,
    username: agent.username,
    name: agent.name,
    status: statusOf(agent),
    ...(settings.get('Livechat_show_agent_email')
      ? { emails: agent.addresses.map(({ address }) => ({ address })) }
      : {}),
  }
}
