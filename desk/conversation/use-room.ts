import { useQuery } from '@tanstack/react-query'
import type { Room } from '../../client/index.ts'
import { useDeskState, useRest } from '../session/desk.tsx'

/** The room as the list of own conversations knows it, else as the server tells it. */
export function useRoom(rid: string): Room | undefined {
  const rest = useRest()
  const known = useDeskState(
    ({ conversations }) => conversations.find((one) => one.rid === rid)?.room,
  )
  // How it stands changes when it ends, and when somebody comes or goes.
  const isOpen = useDeskState(({ rooms }) => rooms[rid]?.state.open)
  const { data } = useQuery({
    queryKey: ['room', rid, isOpen],
    queryFn: async () => (await rest('GET rooms.info', { query: { roomId: rid } })).room,
    enabled: known === undefined,
    placeholderData: (before) => (before?._id === rid ? before : undefined),
  })
  return known ?? data
}
