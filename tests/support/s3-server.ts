import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { S3Options } from '../../server/files/s3-store.ts'

const SMALLEST_PART = 5 * 1024 * 1024

/**
 * A small service that speaks as much S3 as files need. Every request has to bear a signature of
 * version 4 over its headers and the hash of its body; parts have to be as large as S3 wants them.
 */
export class S3Server {
  readonly options: S3Options
  readonly objects = new Map<string, Buffer>()
  /** Uploads in parts that were begun and neither finished nor given up. */
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** Requests whose signature did not hold. */
  refused = 0
  /** Answers 503 to so many requests that come next. */
  failing = 0
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.options = {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: 'foyer-files',
      region: 'eu-test-1',
      accessKeyId: 'AKIATEST',
      secretAccessKey: 'a secret/with+signs=',
    }
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<S3Server> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new S3Server(server, (server.address() as AddressInfo).port)
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray())
    if (this.failing > 0) {
      this.failing--
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
      return
    }
    if (!signatureHolds(request, body, this.options)) {
      this.refused++
      response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
      return
    }
    const url = new URL(request.url ?? '/', this.options.endpoint)
    const [, bucket, key = ''] = url.pathname.split('/')
    if (bucket !== this.options.bucket) {
      response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>')
      return
    }
    const upload = url.searchParams.get('uploadId')
    switch (`${request.method}${upload === null ? '' : ' part'}`) {
      case 'PUT':
        this.objects.set(key, body)
        response.writeHead(200, { etag: tagOf(body) }).end()
        return
      case 'GET':
        this.#get(request, response, key)
        return
      case 'DELETE':
        this.objects.delete(key)
        response.writeHead(204).end()
        return
      case 'POST': {
        const id = `upload<&>${this.uploads.size}`
        this.uploads.set(id, new Map())
        const text = id.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
        response.end(`<Result><UploadId>${text}</UploadId></Result>`)
        return
      }
      case 'PUT part':
        this.uploads.get(upload ?? '')?.set(Number(url.searchParams.get('partNumber')), body)
        response.writeHead(200, { etag: tagOf(body) }).end()
        return
      case 'POST part':
        this.#complete(response, key, upload ?? '', body.toString())
        return
      case 'DELETE part':
        this.uploads.delete(upload ?? '')
        response.writeHead(204).end()
        return
      default:
        response.writeHead(405).end()
    }
  }

  #get(request: IncomingMessage, response: ServerResponse, key: string): void {
    const object = this.objects.get(key)
    if (object === undefined) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
      return
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    if (range === null) response.end(object)
    else response.writeHead(206).end(object.subarray(Number(range[1]), Number(range[2]) + 1))
  }

  #complete(response: ServerResponse, key: string, upload: string, body: string): void {
    const parts = [...(this.uploads.get(upload) ?? [])].sort(([a], [b]) => a - b)
    const bytes = parts.map(([, part]) => part)
    const named = [...body.matchAll(/<ETag>([^<]+)<\/ETag>/g)].map(([, tag]) => tag)
    const tags = bytes.map((part) => tagOf(part).replaceAll('"', '&quot;'))
    const small = bytes.slice(0, -1).some((part) => part.length < SMALLEST_PART)
    if (small || named.join() !== tags.join()) {
      // As the real one does: with status 200.
      response.end('<Error><Code>InvalidPart</Code></Error>')
      return
    }
    this.uploads.delete(upload)
    this.objects.set(key, Buffer.concat(bytes))
    response.end('<CompleteMultipartUploadResult/>')
  }
}

const tagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest()

/** Signature version 4, written from its published description and not with the client's library. */
function signatureHolds(request: IncomingMessage, body: Buffer, options: S3Options): boolean {
  const { headers, method = '', url = '' } = request
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (match === null) return false
  const [, keyId, date = '', region = '', signed = '', signature = ''] = match
  const moment = String(headers['x-amz-date'])
  const payload = String(headers['x-amz-content-sha256'])
  const names = signed.split(';')
  const covered = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) =>
    names.includes(name),
  )
  if (!covered || keyId !== options.accessKeyId || region !== options.region) return false
  if (payload !== sha256(body) || !moment.startsWith(date)) return false
  const [path = '', search = ''] = url.split('?')
  const query = search
    .split('&')
    .filter((pair) => pair !== '')
    .sort()
    .join('&')
  const lines = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('')
  const canonical = [method, path, query, lines, signed, payload].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', moment, scope, sha256(canonical)].join('\n')
  const key = hmac(
    hmac(hmac(hmac(`AWS4${options.secretAccessKey}`, date), region), 's3'),
    'aws4_request',
  )
  return timingSafeEqual(Buffer.from(hmac(key, text).toString('hex')), Buffer.from(signature))
}
