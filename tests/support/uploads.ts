import assert from 'node:assert/strict'
import { postForm, type FormFile } from './forms.ts'
import type { Answer, TestServer } from './test-server.ts'
import type { TestVisitor, WireMessage } from './visitor.ts'

/** A message that carries a file, as far as tests read it. */
export interface FileMessage extends Omit<WireMessage, 'attachments'> {
  rid: string
  file: { _id: string; name: string; type: string; size: number }
  files: { _id: string }[]
  attachments: Record<string, unknown>[]
}

/** The header by which a visitor uploads and downloads. */
export const asVisitor = ({ token }: { token: string }): Record<string, string> => ({
  'x-visitor-token': token,
})

/** Sends a file as a visitor into his room. */
export const upload = (
  server: TestServer,
  visitor: TestVisitor,
  file: FormFile | undefined,
  fields: Record<string, string> = {},
): Promise<Answer> =>
  postForm(server, `livechat/upload/${visitor.rid}`, file, asVisitor(visitor), fields)

/** Sends a file, expects success, and returns the message. */
export async function uploaded(
  server: TestServer,
  visitor: TestVisitor,
  file: FormFile,
  fields: Record<string, string> = {},
): Promise<FileMessage> {
  const answer = await upload(server, visitor, file, fields)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

/** Where a message's file is downloaded. */
export const linkOf = (message: Pick<FileMessage, 'attachments'>): string =>
  String(message.attachments[0]?.['title_link'])

/** How many files, chunks and planned removals the database knows. */
export async function fileRecords(
  server: TestServer,
): Promise<{ files: number; chunks: number; removals: number }> {
  const count = async (sql: string): Promise<number> => {
    const rows = await server.app.ctx.db.read((reader) => reader.rows<{ n: number }>(sql, []))
    return rows[0]?.n ?? 0
  }
  return {
    files: await count('select count(*) as n from file'),
    chunks: await count('select count(*) as n from file_chunk'),
    removals: await count("select count(*) as n from job where kind = 'file.remove'"),
  }
}
