import { agentMethods } from './features/agents/methods.ts'
import { chatMethods } from './features/chat/methods.ts'
import { historyMethods } from './features/chat/history-methods.ts'
import { inquiryMethods } from './features/inquiries/methods.ts'
import { memberRoomMethods } from './features/member-rooms/methods.ts'
import type { MethodTable } from './features/method-calls/run.ts'
import { permissionMethods } from './features/permissions/methods.ts'
import { conversationMethods } from './features/rooms/methods.ts'
import { settingMethods } from './features/settings/methods.ts'
import { subscriptionMethods } from './features/subscriptions/methods.ts'
import { statusMethods } from './features/users/methods.ts'

/** Every DDP method of the server, one line a feature; HTTP and sockets share the table. */
export const METHODS: MethodTable = new Map(
  [
    ...chatMethods,
    ...historyMethods,
    ...subscriptionMethods,
    ...memberRoomMethods,
    ...inquiryMethods,
    ...conversationMethods,
    ...agentMethods,
    ...statusMethods,
    ...permissionMethods,
    ...settingMethods,
  ].map((method) => [method.name, method]),
)
