import { randomBytes } from 'node:crypto'
import type { Answer, TestServer } from './test-server.ts'

/** A file of a test's form. */
export interface FormFile {
  bytes: string | Uint8Array
  name?: string
  type?: string
  /** Another field than `file`. */
  field?: string
}

/** A `multipart/form-data` body as a browser writes it; the file comes first, as widgets send it. */
function formOf(
  file: FormFile | undefined,
  fields: Record<string, string> = {},
): { headers: Record<string, string>; body: Buffer } {
  const boundary = `----foyer${randomBytes(12).toString('hex')}`
  const pieces: (string | Uint8Array)[] = []
  if (file !== undefined) {
    const { name = 'file.bin', type = 'application/octet-stream', field = 'file' } = file
    const quoted = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
    pieces.push(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${quoted}"\r\n`,
      `Content-Type: ${type}\r\n\r\n`,
      file.bytes,
      '\r\n',
    )
  }
  for (const [field, value] of Object.entries(fields)) {
    pieces.push(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
    )
  }
  pieces.push(`--${boundary}--\r\n`)
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array))),
  }
}

/** Posts a form with a file. */
export function postForm(
  server: TestServer,
  path: string,
  file: FormFile | undefined,
  headers: Record<string, string> = {},
  fields: Record<string, string> = {},
): Promise<Answer> {
  const form = formOf(file, fields)
  return server.request('POST', path, { body: form.body, headers: { ...form.headers, ...headers } })
}

/** What a download answers, with its bytes. */
export interface DownloadAnswer {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  bytes: Buffer
}

/** Downloads a path of the server. */
export async function download(
  server: TestServer,
  url: string,
  headers: Record<string, string> = {},
): Promise<DownloadAnswer> {
  const answer = await server.app.http.inject({ method: 'GET', url, headers })
  return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload }
}

/** The smallest PNG: one red pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
