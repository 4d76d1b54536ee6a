import { Type, type Static } from 'typebox'
import { OneOf } from '../../contract/schemas.ts'

/** Wire shapes of users that several features answer with. */
export const UserStatus = OneOf(['online', 'away', 'busy', 'offline'])

export const Email = Type.Object({ address: Type.String(), verified: Type.Boolean() })

const Fields = Type.Record(Type.String(), Type.Unknown())

/** What anybody who is signed in may know of a user. */
const publicFields = {
  _id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  nickname: Type.Optional(Type.String()),
  bio: Type.Optional(Type.String()),
  status: UserStatus,
  statusText: Type.String(),
  statusLivechat: Type.Optional(Type.String()),
  type: Type.String(),
  active: Type.Boolean(),
}

/** What the user himself and administrators know besides. */
const privateFields = {
  emails: Type.Optional(Type.Array(Email)),
  roles: Type.Optional(Type.Array(Type.String())),
  statusConnection: Type.Optional(UserStatus),
  statusDefault: Type.Optional(UserStatus),
  createdAt: Type.Optional(Type.String()),
  lastLogin: Type.Optional(Type.String()),
  requirePasswordChange: Type.Optional(Type.Boolean()),
  language: Type.Optional(Type.String()),
  customFields: Type.Optional(Fields),
  _updatedAt: Type.Optional(Type.String()),
}

/** A user in lists, and after a change. */
export const User = Type.Object({ ...publicFields, ...privateFields })
export type User = Static<typeof User>

/** A single user, and whether everything of him is shown. */
export const UserInfo = Type.Object({
  ...publicFields,
  ...privateFields,
  canViewAllInfo: Type.Boolean(),
  services: Type.Optional(Type.Object({ password: Type.Boolean() })),
})
export type UserInfo = Static<typeof UserInfo>

/** Who is there, for lists of faces. */
export const Presence = Type.Object({
  _id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  status: UserStatus,
  statusText: Type.String(),
})
export type Presence = Static<typeof Presence>

const meFields = {
  ...publicFields,
  ...privateFields,
  email: Type.Optional(Type.String()),
  avatarUrl: Type.String(),
  enableAutoAway: Type.Boolean(),
  idleTimeLimit: Type.Integer(),
  settings: Type.Object({ profile: Fields, preferences: Fields }),
  isOAuthUser: Type.Boolean(),
  banners: Fields,
}

/** The signed-in user inside the answer of a login. */
export const LoginMe = Type.Object(meFields)
export type LoginMe = Static<typeof LoginMe>

/** The signed-in user. */
export const Me = Type.Object({
  ...meFields,
  services: Type.Object({ password: Type.Object({ exists: Type.Boolean() }) }),
})
export type Me = Static<typeof Me>

const choice = (...values: readonly string[]) => Type.Optional(OneOf(values))
const flag = Type.Optional(Type.Boolean())
const amount = Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 }))
const text = Type.Optional(Type.String({ maxLength: 200 }))
const pairs = (properties: Parameters<typeof Type.Object>[0]) =>
  Type.Optional(
    Type.Array(Type.Object(properties, { additionalProperties: false }), { maxItems: 100 }),
  )

/** The preferences that a user may set; another key is refused. */
export const Preferences = Type.Object(
  {
    newRoomNotification: text,
    newMessageNotification: text,
    clockMode: amount,
    useEmojis: flag,
    convertAsciiEmoji: flag,
    alsoSendThreadToChannel: choice('default', 'always', 'never'),
    saveMobileBandwidth: flag,
    collapseMediaByDefault: flag,
    autoImageLoad: flag,
    emailNotificationMode: text,
    unreadAlert: flag,
    notificationsSoundVolume: amount,
    desktopNotifications: text,
    pushNotifications: text,
    enableAutoAway: flag,
    highlights: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 })),
    showThreadsInMainChannel: flag,
    desktopNotificationRequireInteraction: flag,
    hideUsernames: flag,
    hideRoles: flag,
    displayAvatars: flag,
    hideFlexTab: flag,
    sendOnEnter: text,
    language: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{0,35}$' })),
    sidebarShowFavorites: flag,
    sidebarShowUnread: flag,
    sidebarSortby: text,
    sidebarViewMode: text,
    sidebarDisplayAvatar: flag,
    sidebarGroupByType: flag,
    sidebarSectionsOrder: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
    ),
    muteFocusedConversations: flag,
    dontAskAgainList: pairs({
      action: Type.String({ maxLength: 200 }),
      label: Type.String({ maxLength: 200 }),
    }),
    featuresPreview: pairs({ name: Type.String({ maxLength: 200 }), value: Type.Boolean() }),
    themeAppearence: text,
    fontSize: text,
    receiveLoginDetectionEmail: flag,
    notifyCalendarEvents: flag,
    idleTimeLimit: amount,
    omnichannelTranscriptEmail: flag,
    omnichannelTranscriptPDF: flag,
    omnichannelHideConversationAfterClosing: flag,
    enableMobileRinging: flag,
    mentionsWithSymbol: flag,
  },
  { additionalProperties: false },
)
export type Preferences = Static<typeof Preferences>
