import { Ajv, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'

const validators = new Map<TSchema, ValidateFunction>()
// Created with the first call: an idle server never pays for it.
let ajv: Ajv | undefined

/**
 * Whether a value fits a schema as it is. Nothing is coerced: unlike a query string, JSON has
 * types. The schemas are those of the methods, so the cache is as large as the table.
 */
export function matches<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
): value is Static<Schema> {
  let validate = validators.get(schema)
  if (validate === undefined) {
    ajv ??= new Ajv({ strict: false })
    validate = ajv.compile(schema)
    validators.set(schema, validate)
  }
  return validate(value)
}
