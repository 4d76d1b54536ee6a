import { NetworkError, readAnswer } from './rest.ts'

/** A request with a file in the field `file`. */
export interface FileRequest {
  url: string
  file: Blob & { readonly name?: string }
  headers: Record<string, string>
  fields?: Record<string, string>
  /** From 0 to 1, as the bytes leave; only where the platform tells it. */
  onProgress?: (done: number) => void
  signal?: AbortSignal
}

/**
 * Sends a file and resolves with the body of the answer.
 * @throws RestError when the server refuses, NetworkError when no answer comes or it is aborted
 */
export async function uploadFile(request: FileRequest): Promise<unknown> {
  const form = new FormData()
  for (const [name, value] of Object.entries(request.fields ?? {})) form.append(name, value)
  form.append('file', request.file, request.file.name ?? 'file')
  if (typeof XMLHttpRequest !== 'undefined') return send(request, form)
  // Where there is no page, nobody watches the progress.
  const { url, headers, signal } = request
  const started = { method: 'POST', headers, body: form, ...(signal ? { signal } : {}) }
  const response = await fetch(url, started).catch((error: unknown) => {
    throw new NetworkError('no answer', { cause: error })
  })
  return readAnswer(response.status, await response.text(), response.headers.get('retry-after'))
}

const send = ({ url, headers, onProgress, signal }: FileRequest, form: FormData) =>
  new Promise<unknown>((resolve, reject) => {
    const exchange = new XMLHttpRequest()
    const fail = (): void => reject(new NetworkError('no answer'))
    const abort = (): void => exchange.abort()
    exchange.open('POST', url)
    for (const [name, value] of Object.entries(headers)) exchange.setRequestHeader(name, value)
    exchange.upload.addEventListener('progress', ({ loaded, total }) => {
      if (total > 0) onProgress?.(loaded / total)
    })
    exchange.addEventListener('error', fail)
    exchange.addEventListener('abort', fail)
    exchange.addEventListener('load', () => {
      const { status, responseText } = exchange
      try {
        resolve(readAnswer(status, responseText, exchange.getResponseHeader('retry-after')))
      } catch (error) {
        reject(error instanceof Error ? error : new NetworkError('no answer'))
      }
    })
    signal?.addEventListener('abort', abort)
    if (signal?.aborted === true) abort()
    exchange.send(form)
  })
