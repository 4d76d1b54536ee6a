import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { likePatterns } from '../lib/like.ts'

/** Condition: one of the columns contains the text, whatever its case. */
export function contains(
  columns: RawBuilder<unknown> | readonly RawBuilder<unknown>[],
  text: string,
): RawBuilder<SqlBool> {
  const patterns = likePatterns(text)
  const matches = [columns]
    .flat()
    .flatMap((column) => patterns.map((like) => sql`lower(${column}) like ${like} escape '\\'`))
  return sql<SqlBool>`(${sql.join(matches, sql` or `)})`
}
