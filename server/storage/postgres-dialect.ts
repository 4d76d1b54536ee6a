import {
  PostgresDialect,
  sql,
  type DatabaseIntrospector,
  type Kysely,
  type TableMetadata,
} from 'kysely'

/**
 * Kysely's dialect, which looks for its migration tables in the schema of the connection alone. The
 * original describes every table of every schema, and fails when somebody else drops one of his at
 * that moment.
 */
export class OwnSchemaDialect extends PostgresDialect {
  override createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return {
      getSchemas: async () => {
        const { rows } = await sql<{ name: string }>`
          select nspname as name from pg_catalog.pg_namespace`.execute(db)
        return rows
      },
      getTables: async () => {
        const { rows } = await sql<{ name: string; schema: string }>`
          select c.relname as name, n.nspname as schema
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = current_schema() and c.relkind in ('r', 'p')`.execute(db)
        return rows.map((row): TableMetadata => ({
          ...row,
          columns: [],
          isView: false,
          isForeign: false,
        }))
      },
    }
  }
}
