import { createContext } from 'preact'
import { useContext, useLayoutEffect, useState } from 'preact/hooks'
import type { VisitorChatState } from '../../../client/visitor-types.ts'
import type { Session, UiState } from '../session.ts'
import type { Texts } from '../text.ts'

export const SessionContext = createContext<Session | undefined>(undefined)

/** What a part of the screen works with. */
export interface Now extends Texts {
  session: Session
  chat: VisitorChatState
  ui: UiState
}

/** The session as it is at this drawing. */
export function useNow(): Now {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('outside of a session')
  const ui = session.ui()
  return { session, chat: session.chat().state(), ui, ...ui.texts }
}

/** Draws the calling component, and all below it, with every change. */
export function useChanges(session: Session): void {
  const [, draw] = useState(0)
  useLayoutEffect(() => session.subscribe(() => draw((count) => count + 1)), [session])
}
