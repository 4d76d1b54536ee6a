import type { Static } from 'typebox'
import type { Endpoint } from '../server/contract/define.ts'
import type * as accounts from '../server/features/accounts/contract.ts'
import type * as agents from '../server/features/agents/contract.ts'
import type * as appearance from '../server/features/appearance/contract.ts'
import type * as chat from '../server/features/chat/contract.ts'
import type * as customFields from '../server/features/custom-fields/contract.ts'
import type * as files from '../server/features/files/contract.ts'
import type * as inquiries from '../server/features/inquiries/contract.ts'
import type * as memberRooms from '../server/features/member-rooms/contract.ts'
import type * as methodCalls from '../server/features/method-calls/contract.ts'
import type * as messages from '../server/features/messages/contract.ts'
import type * as offlineMessages from '../server/features/offline-messages/contract.ts'
import type * as pageVisits from '../server/features/page-visits/contract.ts'
import type * as permissions from '../server/features/permissions/contract.ts'
import type * as push from '../server/features/push/contract.ts'
import type * as roles from '../server/features/roles/contract.ts'
import type * as rooms from '../server/features/rooms/contract.ts'
import type * as roomInfo from '../server/features/rooms/info-contract.ts'
import type * as sessions from '../server/features/sessions/contract.ts'
import type * as settings from '../server/features/settings/contract.ts'
import type * as setup from '../server/features/setup/contract.ts'
import type * as subscriptions from '../server/features/subscriptions/contract.ts'
import type * as transcripts from '../server/features/transcripts/contract.ts'
import type * as users from '../server/features/users/contract.ts'
import type * as ownUser from '../server/features/users/own-contract.ts'
import type * as presence from '../server/features/users/presence-contract.ts'
import type * as visitorsForAgents from '../server/features/visitors/agent-contract.ts'
import type * as visitors from '../server/features/visitors/contract.ts'
import type * as widgetConfig from '../server/features/widget-config/contract.ts'

/** What visitors call: method and path below `/api/v1/`, and the contract that types it. */
interface VisitorEndpoints {
  'GET livechat/config': typeof widgetConfig.getConfig
  'POST livechat/visitor': typeof visitors.registerVisitor
  'DELETE livechat/visitor/:token': typeof visitors.deleteVisitor
  'POST livechat/visitor.status': typeof visitors.setVisitorStatus
  'POST livechat/custom.field': typeof customFields.setCustomField
  'POST livechat/page.visited': typeof pageVisits.visitPage
  'POST livechat/offline.message': typeof offlineMessages.sendOfflineMessage
  'GET livechat/room': typeof rooms.getRoom
  'POST livechat/room.close': typeof rooms.closeRoom
  'POST livechat/room.survey': typeof rooms.surveyRoom
  'POST livechat/transcript': typeof transcripts.sendTranscript
  'POST livechat/message': typeof messages.sendMessage
  'PUT livechat/message/:_id': typeof messages.updateMessage
  'DELETE livechat/message/:_id': typeof messages.deleteMessage
  'GET livechat/messages.history/:rid': typeof messages.messageHistory
  'POST foyer/room.read': typeof messages.readRoom
}

/** What agents call besides. */
interface AgentEndpoints {
  'POST login': typeof accounts.login
  'POST logout': typeof accounts.logout
  'GET me': typeof accounts.me
  'POST users.setStatus': typeof presence.setStatus
  'POST livechat/agent.status': typeof agents.setAgentStatus
  'GET livechat/inquiries.queuedForUser': typeof inquiries.listQueuedInquiries
  'POST livechat/inquiries.take': typeof inquiries.takeInquiry
  'POST livechat/inquiries.returnAsInquiry': typeof inquiries.returnAsInquiry
  'GET subscriptions.get': typeof subscriptions.getSubscriptions
  'POST subscriptions.read': typeof subscriptions.readSubscription
  'GET rooms.get': typeof memberRooms.getRooms
  'GET rooms.info': typeof memberRooms.getRoomInfo
  'POST rooms.mediaConfirm/:rid/:fileId': typeof files.confirmMedia
  'POST uploads.delete': typeof files.deleteUpload
  'GET livechat/rooms': typeof rooms.listRooms
  'GET livechat/room.join': typeof rooms.joinRoom
  'POST livechat/room.saveInfo': typeof roomInfo.saveInfo
  'POST foyer/room.transcript': typeof transcripts.sendTranscriptNow
  'POST livechat/room.closeByUser': typeof rooms.closeRoomByUser
  'GET livechat/:rid/messages': typeof messages.roomMessages
  'POST method.call/:method': typeof methodCalls.callMethod
  'POST chat.sendMessage': typeof chat.sendMessage
  'POST chat.update': typeof chat.updateMessage
  'POST chat.delete': typeof chat.deleteMessage
}

/** What a desk shows of the visitor beside the conversation. */
interface VisitorDetailsEndpoints {
  'GET livechat/custom-fields': typeof customFields.listCustomFields
  'GET livechat/visitors.info': typeof visitorsForAgents.visitorInfo
  'GET livechat/visitors.pagesVisited/:roomId': typeof visitorsForAgents.pagesVisited
  'GET livechat/visitors.searchChats/room/:roomId/visitor/:visitorId': typeof visitorsForAgents.searchChats
}

/** What administrators call, and the first of them before he has signed in. */
interface AdministratorEndpoints {
  'POST foyer/setup.check': typeof setup.checkSetupLink
  'POST foyer/setup': typeof setup.setUp
  'GET livechat/users/:type': typeof agents.listStaff
  'POST livechat/users/:type': typeof agents.addStaff
  'DELETE livechat/users/:type/:_id': typeof agents.removeStaff
  'GET users.list': typeof users.listUsers
  'POST users.create': typeof users.createUser
  'POST users.update': typeof users.updateUser
  'POST users.setActiveStatus': typeof users.setActiveStatus
  'POST users.updateOwnBasicInfo': typeof ownUser.updateOwnBasicInfo
  'GET foyer/settings.catalogue': typeof settings.settingsCatalogue
  'GET settings.public': typeof settings.publicSettings
  'POST settings/:_id': typeof settings.changeSetting
  'GET livechat/appearance': typeof appearance.getAppearance
  'POST livechat/appearance': typeof appearance.saveAppearance
  'GET permissions.listAll': typeof permissions.listPermissions
  'POST permissions.addRole': typeof permissions.addPermissionRole
  'POST permissions.removeRole': typeof permissions.removePermissionRole
  'GET roles.list': typeof roles.listRoles
  'GET foyer/push.key': typeof push.pushKey
  'POST foyer/push.subscribe': typeof push.subscribePush
  'POST foyer/push.unsubscribe': typeof push.unsubscribePush
  'GET sessions/list': typeof sessions.listOwnSessions
  'GET sessions/list.all': typeof sessions.listAllSessions
  'POST sessions/logout.me': typeof sessions.endOwnSession
  'POST sessions/logout': typeof sessions.endAnySession
}

/** Every endpoint that `rest` knows, by method and path below `/api/v1/`. */
export interface Endpoints
  extends VisitorEndpoints, AgentEndpoints, VisitorDetailsEndpoints, AdministratorEndpoints {}

/** A part that the contract does not declare is not asked for; one with optional fields may lack. */
type Part<Name extends string, Value> = unknown extends Value
  ? object
  : object extends Value
    ? { [Key in Name]?: Value }
    : { [Key in Name]: Value }

/** What a request to an endpoint carries: `params`, `query` and `body`, as its contract says. */
export type RequestParts<One> =
  One extends Endpoint<infer P, infer Q, infer B>
    ? Part<'params', Static<P>> & Part<'query', Static<Q>> & Part<'body', Static<B>>
    : never

/** The body of an endpoint's success. */
export type AnswerOf<One> =
  // The parameters are used only to read the fourth.
  One extends Endpoint<infer _P, infer _Q, infer _B, infer R> ? Static<R> : never
