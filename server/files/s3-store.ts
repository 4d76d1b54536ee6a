import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { AwsClient } from 'aws4fetch'
import type { ByteRange } from '../lib/byte-range.ts'
import { StorageUnavailableError } from '../storage/database.ts'
import { assertFileId, FileMissingError, type FileStore } from './file-store.ts'
import { inPieces } from './pieces.ts'

/** S3 wants at least 5 MB in every part but the last. */
const PART_BYTES = 8 * 1024 * 1024
/** Until the headers of an answer are there. */
const ANSWER_MS = 60_000
const RETRIES = 2

/** Where the bucket is and who may use it. */
export interface S3Options {
  /** Base URL of the service; the bucket is the first part of the path. */
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

interface S3Request {
  body?: Buffer<ArrayBuffer>
  headers?: Record<string, string>
}

/**
 * Files as objects of an S3 bucket. What is larger than a part goes up in parts, since a stream's
 * length is not known before its end; every part is signed with the hash of its bytes.
 */
export class S3Store implements FileStore {
  readonly name = 's3'
  readonly #client: AwsClient
  readonly #base: string

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Options) {
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      retries: RETRIES,
    })
    this.#base = `${endpoint.replace(/\/+$/, '')}/${bucket}`
  }

  async put(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const pieces = inPieces(bytes, PART_BYTES)
    const { value: first = Buffer.alloc(0) } = (await pieces.next()) as IteratorResult<
      Buffer<ArrayBuffer>,
      undefined
    >
    if (first.length < PART_BYTES) {
      await this.#send('PUT', id, '', { body: first })
      return
    }
    await this.#putInParts(id, first, pieces)
  }

  async get(id: string, range?: ByteRange): Promise<Readable> {
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` }
    const answer = await this.#send('GET', id, '', { headers })
    if (range !== undefined && answer.status !== 206) {
      await answer.body?.cancel()
      throw new StorageUnavailableError('the S3 service does not answer ranges')
    }
    return answer.body === null
      ? Readable.from([], { objectMode: false })
      : // Where the browser's types are known too, the two declarations of streams differ.
        // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
        Readable.fromWeb(answer.body as ReadableStream)
  }

  async delete(id: string): Promise<void> {
    try {
      await this.#discard(await this.#send('DELETE', id, ''))
    } catch (error) {
      if (!(error instanceof FileMissingError)) throw error
    }
  }

  freeBytes(): Promise<number | undefined> {
    return Promise.resolve(undefined)
  }

  async #putInParts(
    id: string,
    first: Buffer<ArrayBuffer>,
    rest: AsyncIterable<Buffer<ArrayBuffer>>,
  ): Promise<void> {
    const begun = await (await this.#send('POST', id, '?uploads=')).text()
    const upload = /<UploadId>([^<]+)<\/UploadId>/.exec(begun)?.[1]
    if (upload === undefined) throw new StorageUnavailableError('S3 began no upload')
    const query = `uploadId=${encodeURIComponent(unescapeXml(upload))}`
    try {
      const tags = [await this.#putPart(id, query, 1, first)]
      for await (const piece of rest) {
        tags.push(await this.#putPart(id, query, tags.length + 1, piece))
      }
      const body = Buffer.from(completion(tags))
      const done = await (await this.#send('POST', id, `?${query}`, { body })).text()
      // This one call may fail after a 200 has been sent.
      if (done.includes('<Error>')) throw new StorageUnavailableError('S3 joined no parts')
    } catch (error) {
      // The parts would be paid for without being seen anywhere.
      await this.#send('DELETE', id, `?${query}`).then(
        (answer) => this.#discard(answer),
        () => undefined,
      )
      throw error
    }
  }

  async #putPart(
    id: string,
    query: string,
    number: number,
    body: Buffer<ArrayBuffer>,
  ): Promise<string> {
    const answer = await this.#send('PUT', id, `?partNumber=${number}&${query}`, { body })
    await this.#discard(answer)
    const tag = answer.headers.get('etag')
    if (tag === null) throw new StorageUnavailableError('S3 named no part')
    return tag
  }

  async #send(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    id: string,
    query: string,
    { body, headers = {} }: S3Request = {},
  ): Promise<Response> {
    assertFileId(id)
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), ANSWER_MS)
    let answer: Response
    try {
      answer = await this.#client.fetch(`${this.#base}/${id}${query}`, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': sha256(body ?? Buffer.alloc(0)) },
        signal: timeout.signal,
        redirect: 'error',
        ...(body === undefined ? {} : { body }),
      })
    } catch (error) {
      throw new StorageUnavailableError('the S3 service cannot be reached', { cause: error })
    } finally {
      clearTimeout(timer)
    }
    if (answer.ok) return answer
    const text = (await answer.text()).slice(0, 500)
    if (answer.status === 404 && text.includes('NoSuchKey')) {
      throw new FileMissingError(`no file ${id} in the bucket`)
    }
    throw new StorageUnavailableError(`S3 answers ${answer.status}: ${codeIn(text)}`)
  }

  async #discard(answer: Response): Promise<void> {
    await answer.body?.cancel()
  }
}

const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

const completion = (tags: readonly string[]): string => {
  const parts = tags.map(
    (tag, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)

const unescapeXml = (text: string): string =>
  Object.entries(ENTITIES).reduceRight(
    (rest, [character, entity]) => rest.replaceAll(entity, character),
    text,
  )

/** The error's code; the rest of the answer may name keys. */
const codeIn = (text: string): string => /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no code'
