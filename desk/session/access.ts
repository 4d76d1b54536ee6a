import { useQuery } from '@tanstack/react-query'
import type { Me } from '../../client/index.ts'
import { useRest } from './desk.tsx'

/** Who is signed in, and what he may do. */
export interface Access {
  me: Me | undefined
  /** Whether all of it has come. */
  isKnown: boolean
  /** False until it is known. */
  can: (permission: string) => boolean
}

const MINUTE_MS = 60_000

/** What the signed-in person may do; the server checks it again with every request. */
export function useAccess(): Access {
  const rest = useRest()
  const { data: me } = useQuery({
    queryKey: ['me'],
    queryFn: () => rest('GET me'),
    refetchInterval: 5 * MINUTE_MS,
  })
  const { data: permissions } = useQuery({
    queryKey: ['permissions'],
    queryFn: async () => (await rest('GET permissions.listAll')).update,
    refetchInterval: 5 * MINUTE_MS,
  })
  return {
    me,
    isKnown: me !== undefined && permissions !== undefined,
    can: (wanted) => {
      const roles = permissions?.find(({ _id }) => _id === wanted)?.roles ?? []
      return (me?.roles ?? []).some((role) => roles.includes(role))
    },
  }
}
