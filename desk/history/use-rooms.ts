import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Room } from '../../client/index.ts'
import { useRest } from '../session/desk.tsx'
import { roomsQuery, type Filter } from './filter.ts'

const PAGE = 50
/** Open conversations are looked at this often while somebody looks. */
const LIVE_MS = 5000

/** A list of conversations that grows on demand. */
export interface RoomList {
  rooms: readonly Room[] | undefined
  total: number
  error: Error | null
  hasMore: boolean
  isLoadingMore: boolean
  loadMore: () => void
}

/** The conversations of a filter; the open ones are kept up to date. */
export function useRooms(filter: Filter): RoomList {
  const rest = useRest()
  const query = roomsQuery(filter)
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['rooms', query],
    queryFn: ({ pageParam }) =>
      rest('GET livechat/rooms', { query: { ...query, offset: pageParam, count: PAGE } }),
    initialPageParam: 0,
    getNextPageParam: ({ offset, rooms, total }) =>
      offset + rooms.length < total ? offset + rooms.length : undefined,
    staleTime: 0,
    refetchInterval: filter.state === 'open' ? LIVE_MS : false,
    placeholderData: (before) => before,
  })
  // A conversation that moved between two requests stands on two pages.
  const rooms = useMemo(
    () =>
      data === undefined
        ? undefined
        : [
            ...new Map(
              data.pages.flatMap((page) => page.rooms).map((one) => [one._id, one]),
            ).values(),
          ],
    [data],
  )
  return {
    rooms,
    total: data?.pages.at(-1)?.total ?? 0,
    error,
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
  }
}
