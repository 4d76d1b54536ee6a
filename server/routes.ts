import { accountRoutes } from './features/accounts/routes.ts'
import { agentRoutes } from './features/agents/routes.ts'
import { appearanceRoutes } from './features/appearance/routes.ts'
import { apiDocsRoutes } from './features/api-docs/routes.ts'
import { customFieldRoutes } from './features/custom-fields/routes.ts'
import { pushRoutes } from './features/push/routes.ts'
import { deskPageRoutes } from './features/desk-page/routes.ts'
import { fileRoutes } from './features/files/routes.ts'
import { healthRoutes } from './features/health/routes.ts'
import { infoRoutes } from './features/info/routes.ts'
import { inquiryRoutes } from './features/inquiries/routes.ts'
import { memberRoomRoutes } from './features/member-rooms/routes.ts'
import { agentMessageRoutes } from './features/messages/agent-routes.ts'
import { methodCallRoutes } from './features/method-calls/routes.ts'
import { visitorMessageRoutes } from './features/messages/routes.ts'
import { offlineMessageRoutes } from './features/offline-messages/routes.ts'
import { pageVisitRoutes } from './features/page-visits/routes.ts'
import { permissionRoutes } from './features/permissions/routes.ts'
import { privacyRoutes } from './features/privacy/routes.ts'
import { roleRoutes } from './features/roles/routes.ts'
import { chatRoutes } from './features/chat/routes.ts'
import { conversationRoutes } from './features/rooms/agent-routes.ts'
import { roomRoutes } from './features/rooms/routes.ts'
import { sessionRoutes } from './features/sessions/routes.ts'
import { setupRoutes } from './features/setup/routes.ts'
import { settingRoutes } from './features/settings/routes.ts'
import { transcriptRoutes } from './features/transcripts/routes.ts'
import { userRoutes } from './features/users/routes.ts'
import { tokenRoutes } from './features/users/token-routes.ts'
import { subscriptionRoutes } from './features/subscriptions/routes.ts'
import { widgetConfigRoutes } from './features/widget-config/routes.ts'
import { widgetPageRoutes } from './features/widget-page/routes.ts'
import { visitorsForAgentsRoutes } from './features/visitors/agent-routes.ts'
import { visitorRoutes } from './features/visitors/routes.ts'
import { auditRoutes } from './features/audit/routes.ts'
import { deadJobRoutes } from './features/dead-jobs/routes.ts'
import { webhookRoutes } from './features/webhooks/routes.ts'
import type { RouteParts } from './route-parts.ts'

/** Adds every endpoint of the server: one line a feature. */
export function addRoutes(parts: RouteParts): void {
  healthRoutes(parts)
  apiDocsRoutes(parts)
  visitorRoutes(parts)
  visitorsForAgentsRoutes(parts)
  webhookRoutes(parts)
  deadJobRoutes(parts)
  auditRoutes(parts)
  roomRoutes(parts)
  conversationRoutes(parts)
  inquiryRoutes(parts)
  agentRoutes(parts)
  widgetConfigRoutes(parts)
  appearanceRoutes(parts)
  pageVisitRoutes(parts)
  customFieldRoutes(parts)
  visitorMessageRoutes(parts)
  agentMessageRoutes(parts)
  accountRoutes(parts)
  settingRoutes(parts)
  setupRoutes(parts)
  deskPageRoutes(parts)
  pushRoutes(parts)
  userRoutes(parts)
  tokenRoutes(parts)
  sessionRoutes(parts)
  roleRoutes(parts)
  permissionRoutes(parts)
  infoRoutes(parts)
  chatRoutes(parts)
  subscriptionRoutes(parts)
  memberRoomRoutes(parts)
  methodCallRoutes(parts)
  offlineMessageRoutes(parts)
  transcriptRoutes(parts)
  fileRoutes(parts)
  privacyRoutes(parts)
  widgetPageRoutes(parts)
}
