import { useQuery } from '@tanstack/react-query'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import { useRest } from '../session/desk.tsx'

type Field = AnswerOf<Endpoints['GET livechat/custom-fields']>['customFields'][number]

/** The custom fields of visitors or of conversations. */
export function useFields(scope: 'visitor' | 'room'): readonly Field[] {
  const rest = useRest()
  const { data } = useQuery({
    queryKey: ['custom-fields'],
    queryFn: async () =>
      (await rest('GET livechat/custom-fields', { query: { count: 100 } })).customFields,
    staleTime: 60_000,
  })
  return data?.filter((field) => field.scope === scope) ?? []
}

/** Values of custom fields as texts. */
export const valuesOf = (data: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((data ?? {}) as Record<string, unknown>).map(([key, value]) => [
      key,
      String(value),
    ]),
  )
