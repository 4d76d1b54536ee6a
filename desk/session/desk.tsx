import { createContext, use, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import {
  createAgentDesk,
  type AgentDesk,
  type AgentDeskState,
  type Rest,
} from '../../client/index.ts'
import { SERVER_URL } from '../lib/server.ts'
import { endSession, type DeskSession } from './session.ts'

const DeskContext = createContext<AgentDesk | undefined>(undefined)

/** Connects as this person for what stands inside; a new login goes on where the old one ended. */
export function DeskProvider({ session, children }: { session: DeskSession; children: ReactNode }) {
  const { userId, token } = session
  const desk = useMemo(() => {
    const login = { userId, token }
    return createAgentDesk({ serverUrl: SERVER_URL, storage: localStorage, session: login })
  }, [userId, token])
  useEffect(() => {
    const forget = desk.onSignedOut(() => endSession(token))
    void desk.start()
    return () => {
      forget()
      desk.stop()
    }
  }, [desk, token])
  return <DeskContext value={desk}>{children}</DeskContext>
}

/** What an agent can do. */
export function useDesk(): AgentDesk {
  const desk = use(DeskContext)
  if (desk === undefined) throw new Error('this stands outside of DeskProvider')
  return desk
}

/** Requests as the signed-in person; one that is refused for its login asks to sign in again. */
export const useRest = (): Rest => useDesk().rest

/** A part of what the desk shows; `select` returns the same object while the part is the same. */
export function useDeskState<Part>(select: (state: AgentDeskState) => Part): Part {
  const desk = useDesk()
  return useSyncExternalStore(desk.subscribe, () => select(desk.state()))
}
