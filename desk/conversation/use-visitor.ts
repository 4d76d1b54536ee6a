import { useQuery } from '@tanstack/react-query'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import type { Room } from '../../client/index.ts'
import { useRest } from '../session/desk.tsx'

/** What is known of a visitor. */
export type Visitor = AnswerOf<Endpoints['GET livechat/visitors.info']>['visitor']

/** Under which name the visitor's record is kept. */
export const visitorKey = ({ v }: Room) => ['visitor', v._id] as const

/** The record of a conversation's visitor. */
export function useVisitor(room: Room): Visitor | undefined {
  const rest = useRest()
  const { data } = useQuery({
    queryKey: visitorKey(room),
    queryFn: async () =>
      (await rest('GET livechat/visitors.info', { query: { visitorId: room.v._id } })).visitor,
  })
  return data
}
