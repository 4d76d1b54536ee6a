import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime } from '../../contract/schemas.ts'
import { WireCustomField } from '../custom-fields/contract.ts'
import { VisibleAgent } from '../agents/contract.ts'

const TAG = 'Livechat'

const Texts = Type.Record(Type.String(), Type.String())
const NothingYet = Type.Array(Type.Unknown(), { maxItems: 0 })

const WidgetSettings = Type.Object({
  registrationForm: Type.Boolean(),
  allowSwitchingDepartments: Type.Boolean(),
  nameFieldRegistrationForm: Type.Boolean(),
  emailFieldRegistrationForm: Type.Boolean(),
  displayOfflineForm: Type.Boolean(),
  videoCall: Type.Boolean(),
  fileUpload: Type.Boolean(),
  language: Type.String(),
  transcript: Type.Boolean(),
  historyMonitorType: Type.String(),
  forceAcceptDataProcessingConsent: Type.Boolean(),
  showConnecting: Type.Boolean(),
  agentHiddenInfo: Type.Boolean(),
  clearLocalStorageWhenChatEnded: Type.Boolean(),
  limitTextLength: Type.Union([Type.Integer(), Type.Literal(false)]),
  hiddenSystemMessages: Type.Array(Type.String()),
  livechatLogo: Type.Null(),
  hideWatermark: Type.Boolean(),
  visitorsCanCloseChat: Type.Boolean(),
})

const Theme = Type.Object({
  title: Type.String(),
  color: Type.String(),
  offlineTitle: Type.String(),
  offlineColor: Type.String(),
  position: Type.String(),
  background: Type.String(),
  actionLinks: Type.Object({
    webrtc: Type.Array(Texts),
    jitsi: Type.Array(Texts),
  }),
})

const Messages = Type.Object({
  offlineMessage: Type.String(),
  offlineSuccessMessage: Type.String(),
  offlineUnavailableMessage: Type.String(),
  conversationFinishedMessage: Type.String(),
  conversationFinishedText: Type.String(),
  transcriptMessage: Type.String(),
  registrationFormMessage: Type.String(),
  dataProcessingConsentText: Type.String(),
})

const PublicField = Type.Pick(WireCustomField, [
  '_id',
  'label',
  'scope',
  'type',
  'regexp',
  'required',
  'defaultValue',
  'options',
  'public',
])

const Guest = Type.Object({
  _id: Type.String(),
  username: Type.String(),
  name: Type.Optional(Type.String()),
  token: Type.String({ description: "The caller's own." }),
  visitorEmails: Type.Optional(Type.Array(Type.Object({ address: Type.String() }))),
  department: Type.Optional(Type.String()),
})

const OpenRoom = Type.Object({
  _id: Type.String(),
  departmentId: Type.Optional(Type.String()),
  servedBy: Type.Optional(
    Type.Object({ _id: Type.String(), username: Type.String(), ts: IsoTime }),
  ),
  open: Type.Literal(true),
})

const QueueInfo = Type.Object({
  spot: Type.Integer(),
  message: Type.Object({
    text: Type.String(),
    user: Type.Object({ _id: Type.String(), username: Type.String() }),
  }),
  estimatedWaitTimeSeconds: Type.Optional(Type.Integer()),
})

/** Everything a widget needs to start (wire contract, section 5.1). */
export const WidgetConfig = Type.Object({
  enabled: Type.Boolean(),
  settings: Type.Optional(WidgetSettings),
  theme: Type.Optional(Theme),
  messages: Type.Optional(Messages),
  survey: Type.Optional(
    Type.Object({ items: Type.Array(Type.String()), values: Type.Array(Type.String()) }),
  ),
  triggers: Type.Optional(NothingYet),
  departments: Type.Optional(NothingYet),
  resources: Type.Optional(Type.Object({ sound: Type.String(), emojis: Type.Null() })),
  customFields: Type.Optional(Type.Array(PublicField)),
  online: Type.Optional(Type.Boolean()),
  guest: Type.Optional(Guest),
  room: Type.Optional(OpenRoom),
  agent: Type.Optional(VisibleAgent),
  queueInfo: Type.Optional(QueueInfo),
})
export type WidgetConfig = Static<typeof WidgetConfig>

export const getConfig = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/config',
  tag: TAG,
  summary: 'What a widget needs to start',
  description:
    'With a visitor token also who he is and the conversation he has open; an unknown token is no error. While livechat is off the answer holds `enabled: false` alone.',
  audience: 'visitor',
  query: Type.Object({
    token: Type.Optional(Type.String({ maxLength: 256 })),
    department: Type.Optional(Type.String({ maxLength: 128 })),
    businessUnit: Type.Optional(Type.String({ maxLength: 128 })),
  }),
  response: Type.Object({ config: WidgetConfig }),
  errors: [],
  example: { query: {}, response: { config: { enabled: false } } },
})

const RoutingConfig = Type.Object({
  previewRoom: Type.Boolean(),
  showConnecting: Type.Boolean(),
  showQueue: Type.Boolean(),
  showQueueLink: Type.Boolean(),
  returnQueue: Type.Boolean(),
  enableTriggerAction: Type.Boolean(),
  autoAssignAgent: Type.Boolean(),
})

export const getRoutingConfig = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/config/routing',
  tag: TAG,
  summary: 'What the routing method in force means for an agent’s screen',
  audience: 'user',
  response: Type.Object({ config: RoutingConfig }),
  errors: [],
  example: {
    response: {
      config: {
        previewRoom: false,
        showConnecting: false,
        showQueue: false,
        showQueueLink: true,
        returnQueue: false,
        enableTriggerAction: true,
        autoAssignAgent: true,
      },
    },
  },
})
