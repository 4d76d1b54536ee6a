import type { ColumnType, Generated } from 'kysely'

/** 0 or 1: the portable boolean of both engines. */
export type Flag = 0 | 1
/** ISO 8601 UTC text with milliseconds. */
type Time = string
/** JSON as text; parsed in the mapper of the feature that owns the column. */
type Json = string

/** Who wrote a message or did something: the type is part of the identity. */
export type AuthorType = 'visitor' | 'agent' | 'bot' | 'system'

/** Where a conversation stands; exactly one of these at any time. */
export type RoomState = 'queued' | 'taken' | 'onhold' | 'closed'

export interface VisitorTable {
  id: string
  token_hash: string
  username: string
  name: string | null
  email: string | null
  phone: string | null
  status: string
  department_id: string | null
  custom_fields: Json | null
  last_chat_id: string | null
  last_chat_at: Time | null
  user_agent: string | null
  ip: string | null
  host: string | null
  /** What his browser asks for (Accept-Language), for the texts that the server makes. */
  language: string | null
  /** A site-signed identity; 0 until a site can sign one. */
  verified: Generated<Flag>
  created_at: Time
  updated_at: Time
}

export interface RoomTable {
  id: string
  visitor_id: string
  state: RoomState
  /** Head of the room's event sequence: every message, edit, deletion and read takes one. */
  seq: number
  /** Place of the last deletion whose tombstone was removed; 0 while none was. */
  pruned_seq: Generated<number>
  /** Visible messages, system messages included. */
  messages: number
  label: string
  source: Json
  department_id: string | null
  tags: Json | null
  topic: string | null
  custom_fields: Json | null
  survey: Json | null
  visitor_status: string
  /** The visitor's read position. */
  visitor_read_seq: Generated<number>
  visitor_last_message_at: Time | null
  inquiry_id: string
  /** Changes of the inquiry's own fields, for order in lists. */
  queued_at: Time | null
  taken_at: Time | null
  preferred_agent_id: string | null
  served_by_id: string | null
  served_by_username: string | null
  served_at: Time | null
  waiting_response: Flag
  responder_id: string | null
  responder_username: string | null
  responder_first_at: Time | null
  responder_last_at: Time | null
  /** First visitor message since the last answer (`metrics.v.lq`). */
  question_at: Time | null
  /** Last agent message that answered one (`metrics.servedBy.lr`). */
  answered_at: Time | null
  response_count: Generated<number>
  /** Seconds, as all durations of this table. */
  response_total: Generated<number>
  first_response: number | null
  first_response_at: Time | null
  first_reaction: number | null
  first_reaction_at: Time | null
  reaction_total: Generated<number>
  closed_at: Time | null
  closer: 'visitor' | 'user' | null
  closed_by_id: string | null
  closed_by_username: string | null
  chat_duration: number | null
  service_duration: number | null
  visitor_inactivity: number | null
  transcript_request: Json | null
  crm_data: string | null
  created_at: Time
  last_message_at: Time
  updated_at: Time
}

export interface MessageTable {
  id: string
  room_id: string
  /** Place in the room's event sequence. */
  seq: number
  /** Place of the last change; equals `seq` until the message is edited or deleted. */
  changed_seq: number
  ts: Time
  changed_at: Time
  author_type: AuthorType
  author_id: string
  author_username: string
  author_name: string | null
  /** System message type (`t` on the wire); null for what a person wrote. */
  kind: string | null
  text: string
  /** Markup tree as JSON; null means the tree of plain text, made on read. */
  md: Json | null
  /** Wire fields that few messages have (attachments, urls, transferData ...) as JSON. */
  extra: Json | null
  edited_at: Time | null
  edited_by_id: string | null
  edited_by_username: string | null
  /** A deleted message stays as a tombstone without text, so that a late retry finds it. */
  deleted: Flag
  /** Never shown in histories (page visits). */
  hidden: Flag
}

export interface MessageHistoryTable {
  id: string
  message_id: string
  room_id: string
  text: string
  change: 'edit' | 'delete'
  by_type: AuthorType
  by_id: string
  at: Time
}

export interface SubscriptionTable {
  id: string
  room_id: string
  user_id: string
  read_seq: number
  seen_at: Time | null
  replied_at: Time | null
  alert: Flag
  created_at: Time
  updated_at: Time
  /** Set when the agent left or the room closed; the row stays to tell resuming clients. */
  ended_at: Time | null
}

export interface UserTable {
  id: string
  username: string
  /** Lower case of `username`; unique. */
  username_key: string
  name: string
  password_hash: string | null
  active: Flag
  type: 'user' | 'bot'
  /** What holds and what others see. */
  status: 'online' | 'away' | 'busy' | 'offline'
  /** What he last said himself; null when that is nothing that outlives his connections. */
  chosen_status: 'online' | 'away' | 'busy' | 'offline' | null
  status_text: string
  /** `statusLivechat`; null for who is no agent. */
  availability: 'available' | 'not-available' | null
  max_chats: number | null
  /** Since when a serving agent has been away; the leave timer counts from here. */
  left_at: Time | null
  bio: string | null
  nickname: string | null
  language: string | null
  require_password_change: Flag
  preferences: Json | null
  custom_fields: Json | null
  created_at: Time
  updated_at: Time
  last_login_at: Time | null
}

export interface UserEmailTable {
  /** Lower case. */
  address: string
  user_id: string
  verified: Flag
}

export interface UserRoleTable {
  user_id: string
  role_id: string
}

export interface SessionTable {
  id: string
  user_id: string
  token_hash: string
  kind: 'login' | 'personal'
  /** Name of a personal access token. */
  name: string | null
  /** Last characters of a personal access token, to recognise it by. */
  hint: string | null
  ip: string
  user_agent: string
  created_at: Time
  expires_at: Time | null
}

/** A browser that is told while the desk is closed. */
export interface PushSubscriptionTable {
  id: string
  session_id: string
  user_id: string
  endpoint: string
  /** What to encrypt for, in base64url. */
  public_key: string
  auth_secret: string
  created_at: Time
}

export interface RoleTable {
  id: string
  name: string
  scope: 'Users' | 'Subscriptions'
  description: string
  mandatory2fa: Flag
  protected: Flag
  updated_at: Time
}

export interface PermissionTable {
  id: string
  roles: Json
  updated_at: Time
}

/** Only settings that differ from their default have a row. */
export interface SettingTable {
  id: string
  value: Json
  updated_at: Time
}

export interface CounterTable {
  id: string
  value: number
}

export interface PageVisitTable {
  id: string
  visitor_id: string
  room_id: string
  change: string
  title: string
  href: string
  at: Time
}

export interface FileTable {
  id: string
  room_id: string
  owner_type: AuthorType
  owner_id: string
  /** The visitor of the room: his quota, his erasure. */
  visitor_id: string
  /** Null until a message carries the file. */
  message_id: string | null
  name: string
  /** Media type, from the bytes. */
  type: string
  /** Bytes. */
  size: number
  width: number | null
  height: number | null
  /** Which store holds the bytes. */
  store: string
  created_at: Time
  /** A file that no message carries by then is removed. */
  expires_at: Time | null
}

export interface FileChunkTable {
  file_id: string
  part: number
  data: Uint8Array
}

/** Work for later: done at least once, in order within `order_key`, whichever process dies. */
export interface JobTable {
  id: string
  kind: string
  order_key: string
  /** Waiting: set aside until the job before it in its order is over. */
  state: 'pending' | 'waiting' | 'dead'
  /** While a worker has the job, the end of his lease. */
  due_at: Time
  attempts: number
  /** Set while a worker has the job. */
  lease_until: Time | null
  payload: Json
  room_id: string | null
  visitor_id: string | null
  last_error: string | null
  created_at: Time
  updated_at: Time
}

export interface OfflineMessageTable {
  id: string
  name: string
  email: string
  message: string
  department: string | null
  host: string | null
  language: string | null
  /** `off`: there was no mail server or no address to send it to. */
  mail: 'checking' | 'refused' | 'off' | 'waiting' | 'sent'
  created_at: Time
}

export interface CustomFieldTable {
  /** The field's name. */
  id: string
  label: string
  scope: 'visitor' | 'room'
  visibility: string
  type: 'input' | 'select'
  pattern: string
  required: Flag
  default_value: string
  options: string
  public: Flag
  searchable: Flag
  updated_at: Time
}

export interface AuditTable {
  id: string
  at: Time
  actor_id: string | null
  actor_username: string | null
  action: string
  target: string
  details: Json
  ip: string | null
}

export interface ErasureTable {
  id: string
  kind: 'visitor' | 'room' | 'offline-message'
  at: Time
}

/** A process of this installation. */
export interface NodeTable {
  id: string
  /** Host and process, for the operator. */
  name: string
  /** Grows while the process lives. Others watch that it does; their clocks need not agree. */
  beat: number
  beat_at: Time
  bus: 'alone' | 'connected' | 'lost'
  /** It has stopped in good order; its connections are on their way to others. */
  leaving: Flag
  started_at: Time
}

/** Who has connections to which process. */
export interface PresenceTable {
  /** `user:<id>` or `visitor:<id>`. */
  subject: string
  node_id: string
  state: 'online' | 'away'
}

/** Every table of the schema; column types are the same on both engines. */
export interface Tables {
  visitor: VisitorTable
  room: RoomTable
  message: MessageTable
  message_history: MessageHistoryTable
  subscription: SubscriptionTable
  user: UserTable
  user_email: UserEmailTable
  user_role: UserRoleTable
  session: SessionTable
  role: RoleTable
  permission: PermissionTable
  setting: SettingTable
  counter: CounterTable
  page_visit: PageVisitTable
  file: FileTable
  file_chunk: FileChunkTable
  job: JobTable
  offline_message: OfflineMessageTable
  custom_field: CustomFieldTable
  audit: AuditTable
  erasure: ErasureTable
  node: NodeTable
  presence: PresenceTable
  push_subscription: PushSubscriptionTable
}

type SelectType<Column> =
  Column extends ColumnType<infer Select, unknown, unknown> ? Select : Column

/** A row as selected: generated columns always present. */
export type Row<Name extends keyof Tables> = {
  [Column in keyof Tables[Name]]: SelectType<Tables[Name][Column]>
}
