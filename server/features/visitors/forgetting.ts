import type { AppContext } from '../../context.ts'
import { idOf } from '../../lib/topics.ts'

/** Forgets, in this process, the visitors that any process erases. */
export function forgetErased({ bus, remembered }: AppContext): void {
  bus.onRing((topics) => {
    for (const topic of topics) {
      const tokenHash = idOf('erased', topic)
      if (tokenHash === undefined) continue
      remembered.identities.forget(tokenHash)
      remembered.pageVisits.forget(tokenHash)
    }
  })
}
