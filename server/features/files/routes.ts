import { parseCookie } from 'cookie'
import type { Call } from '../../http/router.ts'
import type { RouteParts } from '../../route-parts.ts'
import { toStaff } from '../chat/wire.ts'
import { toWireMessage } from '../messages/wire.ts'
import { confirmMedia, dropMedia, storeMedia } from './agent-operations.ts'
import {
  confirmMedia as confirmEndpoint,
  deleteUpload,
  downloadFile,
  uploadMedia,
  uploadToRoom,
} from './contract.ts'
import { accessFile, type Credential } from './download-operations.ts'
import { downloadOf } from './download.ts'
import { downloadPath } from './file-name.ts'
import { uploadAsVisitor } from './visitor-operations.ts'

/** Uploads of visitors and agents, and downloads. */
export function fileRoutes({ router, ctx, files: stores }: RouteParts): void {
  router.addUpload(uploadToRoom, async ({ params, form }, call) => {
    const token = call.header('x-visitor-token')
    const message = await uploadAsVisitor(ctx, stores, { token, roomId: params.rid, form })
    const viewer = { type: 'visitor', token: token ?? '' } as const
    return { ...toWireMessage(message, viewer), newRoom: false, showConnecting: false }
  })

  router.addUpload(uploadMedia, async ({ params, form }, call) => {
    const { id, name } = await storeMedia(ctx, stores, call.caller, { roomId: params.rid, form })
    return { file: { _id: id, url: downloadPath(id, name) } }
  })

  router.add(confirmEndpoint, async ({ params, body }, call) => {
    const confirmation = { ...body, roomId: params.rid, fileId: params.fileId }
    return { message: toStaff(await confirmMedia(ctx, call.caller, confirmation)) }
  })

  router.add(deleteUpload, async ({ body: { fileId } }, { caller }) => {
    await dropMedia(ctx, caller, fileId)
    return { deletedFiles: [fileId] }
  })

  router.addDownload(downloadFile, async ({ params, query }, call) => {
    const credentials = credentialsOf(call, query)
    const file = await accessFile(ctx, params.id, call.optionalCaller, credentials)
    return downloadOf(file, stores, {
      range: call.header('range'),
      ifRange: call.header('if-range'),
      ifNoneMatch: call.header('if-none-match'),
      attachment: query.download !== undefined,
    })
  })
}

/** Everything in a request that may say who it is from: the header, the query, the cookies. */
function credentialsOf(call: Call, query: Record<string, unknown>): Credential[] {
  const found: Credential[] = []
  const token = call.header('x-visitor-token')
  if (token !== undefined) found.push({ type: 'visitor', token })
  for (const place of [query, parseCookie(call.header('cookie') ?? '')]) {
    const text = (name: string): string | undefined => {
      const value = place[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    }
    const secret = text('rc_token')
    if (secret === undefined) continue
    const userId = text('rc_uid')
    if (userId !== undefined) found.push({ type: 'user', userId, token: secret })
    const roomId = text('rc_rid')
    if (roomId !== undefined && text('rc_room_type') === 'l') {
      found.push({ type: 'visitor', token: secret, roomId })
    }
  }
  return found
}
