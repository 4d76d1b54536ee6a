import { newMessageId } from './ids.ts'
import { NetworkError, RestError } from './rest.ts'
import type { Message } from './room-state.ts'
import type { Timers } from './timers.ts'
import type { UploadItem } from './visitor-types.ts'

/** Sends one file: told what has gone, and stopped by the signal. */
export type SendFile = (
  file: File,
  onProgress: (done: number) => void,
  signal: AbortSignal,
) => Promise<Message>

interface Upload {
  item: UploadItem
  /** Which conversation shows it; empty where there is one only. */
  place: string
  run: () => Promise<Message>
  abort: AbortController
}

/** Files on their way. A file lives in memory: a reload drops it, unlike a text. */
export interface Uploads {
  items: (place?: string) => readonly UploadItem[]
  add: (
    file: File,
    send: SendFile,
    place?: string,
  ) => { id: string; done: Promise<Message>; cancel: () => void }
  /** Whether there was such a file, which is sent again. */
  retry: (id: string) => boolean
  /** Whether there was such a file, which is forgotten. */
  discard: (id: string) => boolean
  clear: () => void
}

/** An empty list of files on their way. */
export function createUploads(timers: Timers, onChange: () => void): Uploads {
  const uploads = new Map<string, Upload>()

  function change(id: string, parts: Partial<UploadItem>): void {
    const upload = uploads.get(id)
    if (upload === undefined) return
    upload.item = { ...upload.item, ...parts }
    onChange()
  }

  function discard(id: string): boolean {
    const upload = uploads.get(id)
    if (upload === undefined) return false
    uploads.delete(id)
    upload.abort.abort()
    onChange()
    return true
  }

  async function run(id: string, file: File, send: SendFile): Promise<Message> {
    const abort = new AbortController()
    const upload = uploads.get(id)
    if (upload === undefined) throw new NetworkError('cancelled')
    upload.abort = abort
    change(id, { delivery: 'sending', progress: 0 })
    try {
      const onProgress = (progress: number): void => change(id, { progress })
      const message = await send(file, onProgress, abort.signal)
      uploads.delete(id)
      onChange()
      return message
    } catch (error) {
      const { code, text, details } = error instanceof RestError ? error : NO_NETWORK
      change(id, { delivery: 'failed', failure: { code, text, details } })
      throw error
    }
  }

  return {
    items: (place = '') =>
      [...uploads.values()].filter((upload) => upload.place === place).map(({ item }) => item),
    add: (file, send, place = '') => {
      const id = newMessageId(timers.now())
      const { name, type, size } = file
      const item: UploadItem = {
        kind: 'upload',
        id,
        text: '',
        name,
        type,
        size,
        progress: 0,
        own: true,
        delivery: 'sending',
      }
      const upload = { item, place, run: () => run(id, file, send), abort: new AbortController() }
      uploads.set(id, upload)
      const done = upload.run()
      // The item tells of the failure, too: nobody has to listen to the promise.
      done.catch(() => {})
      return { id, done, cancel: () => discard(id) }
    },
    retry: (id) => {
      const upload = uploads.get(id)
      if (upload === undefined) return false
      if (upload.item.delivery === 'failed') upload.run().catch(() => {})
      return true
    },
    discard,
    clear: () => {
      for (const id of uploads.keys()) discard(id)
    },
  }
}

const NO_NETWORK = {
  code: 'network',
  text: 'The server cannot be reached',
  details: undefined,
}
