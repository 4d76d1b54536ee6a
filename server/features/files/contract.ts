import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { RecordId } from '../../contract/schemas.ts'
import { exampleMessage, WireMessage } from '../messages/contract.ts'

const TAG = 'Rooms'
/** Texts are bounded by settings; this only keeps absurd forms out. */
const Words = Type.String({ maxLength: 100_000 })
const Ignored = Type.Unknown({ description: 'No effect.' })

const exampleFileId = '0Tn3xL4cR7dT2uWmKpB'
const exampleFile = { _id: exampleFileId, name: 'photo.png', type: 'image/png', size: 68 }
const exampleUpload = {
  ...exampleMessage,
  msg: '',
  md: [],
  file: exampleFile,
  files: [exampleFile],
  attachments: [
    {
      title: 'photo.png',
      title_link: `/file-upload/${exampleFileId}/photo.png`,
      title_link_download: true,
      type: 'file',
      image_url: `/file-upload/${exampleFileId}/photo.png`,
      image_type: 'image/png',
      image_size: 68,
      image_dimensions: { width: 1, height: 1 },
    },
  ],
}

/** Why bytes are not taken from anybody. */
const storageErrors = [
  'invalid-field',
  'error-file-upload-disabled',
  'error-file-storage-full',
] as const

export const uploadToRoom = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/upload/:rid',
  tag: TAG,
  summary: 'Send a file as the visitor',
  description:
    'The visitor token comes in the header `x-visitor-token`. The type is read from the bytes, whatever the name or the form says. Sending the same file again makes another message. Without a token, and for a room that is absent, closed or somebody else’s, the answer is 403.',
  audience: 'visitor',
  limit: 'message',
  reasonErrors: true,
  multipart: true,
  params: Type.Object({ rid: RecordId }),
  body: Type.Object({
    description: Type.Optional(Words),
    msg: Type.Optional(Words),
    groupable: Type.Optional(Ignored),
    alias: Type.Optional(Ignored),
    avatar: Type.Optional(Ignored),
    emoji: Type.Optional(Ignored),
  }),
  response: WireMessage,
  errors: [
    ...storageErrors,
    'error-type-not-allowed',
    'error-size-not-allowed',
    'error-upload-quota-reached',
    'message-length-exceeds-character-limit',
  ],
  example: {
    params: { rid: exampleMessage.rid },
    response: { ...exampleUpload, newRoom: false, showConnecting: false },
  },
})

export const uploadMedia = defineEndpoint({
  method: 'POST',
  path: '/api/v1/rooms.media/:rid',
  tag: TAG,
  summary: 'Store a file for a message as an agent',
  description:
    'The file is seen by nobody until `rooms.mediaConfirm` sends it, and is removed after 24 hours without that.',
  audience: 'user',
  multipart: true,
  params: Type.Object({ rid: RecordId }),
  body: Type.Object({}),
  response: Type.Object({ file: Type.Object({ _id: Type.String(), url: Type.String() }) }),
  errors: [
    ...storageErrors,
    'error-invalid-file-type',
    'error-file-too-large',
    'error-not-allowed',
    'room-closed',
  ],
  example: {
    params: { rid: exampleMessage.rid },
    response: { file: { _id: exampleFileId, url: `/file-upload/${exampleFileId}/photo.png` } },
  },
})

export const confirmMedia = defineEndpoint({
  method: 'POST',
  path: '/api/v1/rooms.mediaConfirm/:rid/:fileId',
  tag: TAG,
  summary: 'Send a stored file as a message',
  description: 'Confirming again answers with the message that was sent.',
  audience: 'user',
  params: Type.Object({ rid: RecordId, fileId: RecordId }),
  body: Type.Object({
    msg: Type.Optional(Words),
    description: Type.Optional(Words),
    fileName: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    tmid: Type.Optional(RecordId),
    groupable: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({ message: WireMessage }),
  errors: [
    'invalid-file',
    'error-not-allowed',
    'room-closed',
    'error-message-not-found',
    'message-length-exceeds-character-limit',
  ],
  example: {
    params: { rid: exampleMessage.rid, fileId: exampleFileId },
    body: { description: 'The plan' },
    response: { message: { ...exampleUpload, alias: undefined, token: undefined } },
  },
})

export const deleteUpload = defineEndpoint({
  method: 'POST',
  path: '/api/v1/uploads.delete',
  tag: TAG,
  summary: 'Remove a stored file that was not sent',
  description:
    'Only its author, and only before `rooms.mediaConfirm` sends it: a file that was sent goes with its message.',
  audience: 'user',
  body: Type.Object({ fileId: RecordId }),
  response: Type.Object({ deletedFiles: Type.Array(Type.String()) }),
  errors: ['invalid-file'],
  example: { body: { fileId: exampleFileId }, response: { deletedFiles: [exampleFileId] } },
})

/** Secrets come as text; of a list or an object nothing is taken. */
const Credential = Type.Optional(Type.String({ maxLength: 256 }))

export const downloadFile = defineEndpoint({
  method: 'GET',
  path: '/file-upload/:id/:name',
  tag: TAG,
  summary: 'Download a file',
  description:
    'For signed-in users who may read the conversation (headers, or `rc_uid` and `rc_token` in the query or as cookies) and for its visitor (header `x-visitor-token`, or `rc_room_type=l`, `rc_rid` and `rc_token` in the query or as cookies). Ranges are answered with 206. Who is nobody gets 403; a file that is absent or not his is a 404.',
  audience: 'visitor',
  // A page of a conversation asks for all its images at once; each is checked against the room.
  limit: 'none',
  envelope: 'file',
  params: Type.Object({ id: RecordId, name: Type.String({ maxLength: 512 }) }),
  query: Type.Object({
    download: Type.Optional(Type.Unknown({ description: 'Present: never shown in place.' })),
    rc_uid: Credential,
    rc_token: Credential,
    rc_rid: Credential,
    rc_room_type: Credential,
  }),
  response: Type.String({ format: 'binary' }),
  errors: [],
  example: { params: { id: exampleFileId, name: 'photo.png' }, response: '' },
})
