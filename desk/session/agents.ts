import { useQuery } from '@tanstack/react-query'
import type { Room } from '../../client/index.ts'
import { useAccess } from './access.ts'
import { useRest } from './desk.tsx'

/** An agent as lists name him. */
export interface ListedAgent {
  id: string
  username: string
  name: string
  status: string
}

/** Who answers here; empty for who may not know. */
export function useAgents(): readonly ListedAgent[] {
  const rest = useRest()
  const { can } = useAccess()
  const { data } = useQuery({
    queryKey: ['agents'],
    queryFn: async () => {
      const parts = { params: { type: 'agent' }, query: { count: 100 } }
      const { users } = await rest('GET livechat/users/:type', parts)
      return users.map(({ _id, username, name, status }) => ({ id: _id, username, name, status }))
    },
    enabled: can('transfer-livechat-guest'),
    refetchInterval: 30_000,
  })
  return data ?? NOBODY
}

const NOBODY: readonly ListedAgent[] = []

/** What to call the agent of a conversation: by his name where it is known. */
export function useAgentName(servedBy: Room['servedBy']): string | undefined {
  const { me } = useAccess()
  const agents = useAgents()
  if (servedBy === undefined) return undefined
  if (servedBy._id === me?._id) return me.name ?? me.username
  return agents.find(({ id }) => id === servedBy._id)?.name ?? servedBy.username
}
