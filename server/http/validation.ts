import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import fastJsonStringify from 'fast-json-stringify'
import type { TSchema } from 'typebox'
import { ApiError } from '../contract/errors.ts'

const SCALARS = new Set(['string', 'number', 'integer', 'boolean'])

// Created with the first schema that is compiled: an idle server never pays for it.
let ajv: Ajv | undefined

function compile(schema: TSchema): ValidateFunction {
  ajv ??= new Ajv({ coerceTypes: true, removeAdditional: false, allErrors: true, strict: false })
  return ajv.compile(schema)
}

/** Checks a part of a request against its contract, building the validator on first use. */
export class Validator {
  readonly #schema: TSchema
  #validate: ValidateFunction | undefined

  constructor(schema: TSchema) {
    this.#schema = schema
  }

  /**
   * Returns the value with scalars coerced to the declared types, as the reference does.
   * @throws ApiError `invalid-params` with the reference's texts
   */
  check(value: unknown): unknown {
    const nulls = nullScalars(this.#schema, value)
    if (nulls.length > 0) throw invalid(nulls)
    this.#validate ??= compile(this.#schema)
    if (this.#validate(value)) return value
    throw invalid((this.#validate.errors ?? []).map(describe))
  }
}

const invalid = (texts: readonly string[]): ApiError =>
  new ApiError('invalid-params', { reason: texts.slice(0, 20).join('\n ') })

const describe = (error: ErrorObject): string => {
  const text = error.message ?? 'is not valid'
  return error.instancePath === '' ? text : `${error.instancePath.slice(1)} ${text}`
}

/** Coercion would turn null into "", 0 or false; a client that sends null means nothing of these. */
function nullScalars(schema: TSchema, value: unknown): string[] {
  const { type, properties } = schema as {
    type?: unknown
    properties?: Record<string, TSchema>
  }
  if (value === null && typeof type === 'string' && SCALARS.has(type)) return [`must be ${type}`]
  if (properties === undefined || typeof value !== 'object' || value === null) return []
  const found: string[] = []
  for (const [key, entry] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (property === undefined || (entry !== null && typeof entry !== 'object')) continue
    for (const text of nullScalars(property, entry)) found.push(`${key} ${text}`)
  }
  return found
}

/** Serialises an answer by its contract; built on first use. */
export class Serializer {
  readonly #schema: () => object
  #serialize: ((value: unknown) => string) | undefined

  constructor(schema: () => object) {
    this.#schema = schema
  }

  serialize(value: unknown): string {
    this.#serialize ??= fastJsonStringify(this.#schema() as never) as (value: unknown) => string
    return this.#serialize(value)
  }
}
