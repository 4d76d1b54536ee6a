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

interface SchemaParts {
  type?: unknown
  properties?: Record<string, TSchema>
  patternProperties?: Record<string, TSchema>
  items?: TSchema
  anyOf?: TSchema[]
}

/**
 * What is null where a scalar is wanted, at any depth. Coercion would turn it into "", 0 or false;
 * a client that sends null means nothing of these.
 */
function nullScalars(schema: TSchema, value: unknown, path = ''): string[] {
  const { properties, patternProperties, items, anyOf } = schema as SchemaParts
  if (value === null) {
    const wanted = scalarOf(schema)
    return wanted === undefined ? [] : [`${path === '' ? '' : `${path} `}must be ${wanted}`]
  }
  if (typeof value !== 'object') return []
  const inside = (key: string | number): string => (path === '' ? `${key}` : `${path}/${key}`)
  if (anyOf !== undefined) {
    const kind = Array.isArray(value) ? 'array' : 'object'
    const fitting = anyOf.filter((choice) => (choice as SchemaParts).type === kind)
    const [only] = fitting
    return only !== undefined && fitting.length === 1 ? nullScalars(only, value, path) : []
  }
  if (Array.isArray(value)) {
    if (items === undefined) return []
    return value.flatMap((entry, at) =>
      mayHoldNull(entry) ? nullScalars(items, entry, inside(at)) : [],
    )
  }
  const [others] = Object.values(patternProperties ?? {})
  const found: string[] = []
  for (const [key, entry] of Object.entries(value)) {
    if (!mayHoldNull(entry)) continue
    const known = properties !== undefined && Object.hasOwn(properties, key)
    const property = known ? properties[key] : others
    if (property !== undefined) found.push(...nullScalars(property, entry, inside(key)))
  }
  return found
}

const mayHoldNull = (value: unknown): boolean => value === null || typeof value === 'object'

/** The scalar that a schema wants; undefined where null is for the validator to judge. */
function scalarOf(schema: TSchema): string | undefined {
  const { type, anyOf } = schema as SchemaParts
  if (anyOf === undefined) return typeof type === 'string' && SCALARS.has(type) ? type : undefined
  const types = anyOf.map((choice) => (choice as SchemaParts).type)
  if (types.some((choice) => choice === undefined || choice === 'null')) return undefined
  return anyOf.map(scalarOf).find((scalar) => scalar !== undefined)
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
