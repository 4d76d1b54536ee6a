import { ApiError } from './errors.ts'

/** The settings that rule how long a page may be; `ctx.settings` is one. */
export interface PagingSettings {
  get(id: 'API_Default_Count'): number
  get(id: 'API_Upper_Count_Limit'): number
  get(id: 'API_Allow_Infinite_Count'): boolean
}

/** `offset`, `count` and `sort` as the contract validated them. */
export interface PageQuery {
  offset?: number
  count?: number
  sort?: string
}

export type Order<Column extends string> = readonly [column: Column, direction: 'asc' | 'desc']

/** What a list may be sorted by. */
export interface Sorting<Column extends string> {
  /** Sort keys of the wire, each with the column it stands for. */
  allowed: Readonly<Record<string, Column>>
  /** The order of a request that names none. */
  default: readonly Order<Column>[]
}

/** A page to read. */
export interface PageRequest<Column extends string> {
  offset: number
  /** Undefined: all that follow. */
  limit: number | undefined
  /** The statement appends a unique column, so that pages do not overlap. */
  order: readonly Order<Column>[]
}

/**
 * Turns `offset`, `count` and `sort` of a list into a page (wire contract, section 1.6): a missing
 * count is the default one, a large one is cut, 0 means all where the settings allow that.
 * @throws ApiError `error-invalid-sort` for what is no sort object, `error-invalid-sort-keys` for a
 * key that the list does not offer
 */
export function pageOf<Column extends string>(
  settings: PagingSettings,
  query: PageQuery,
  sorting: Sorting<Column>,
): PageRequest<Column> {
  return {
    offset: query.offset ?? 0,
    limit: limitOf(settings, query.count),
    order: query.sort === undefined ? sorting.default : orderOf(query.sort, sorting),
  }
}

function limitOf(settings: PagingSettings, count: number | undefined): number | undefined {
  // An administrator may have stored 0 or -1, which engines read differently.
  const upper = Math.max(1, settings.get('API_Upper_Count_Limit'))
  const usual = Math.min(Math.max(1, settings.get('API_Default_Count')), upper)
  if (count === undefined) return usual
  if (count === 0) return settings.get('API_Allow_Infinite_Count') ? undefined : usual
  return Math.min(count, upper)
}

function orderOf<Column extends string>(
  text: string,
  { allowed, default: usual }: Sorting<Column>,
): readonly Order<Column>[] {
  const entries = Object.entries(sortObject(text))
  if (entries.length === 0) return usual
  return entries.map(([key, direction]) => {
    const column = Object.hasOwn(allowed, key) ? allowed[key] : undefined
    if (column === undefined) throw new ApiError('error-invalid-sort-keys')
    if (direction !== 1 && direction !== -1) throw invalidSort(text)
    return [column, direction === 1 ? 'asc' : 'desc']
  })
}

function sortObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Told below, like every other text that is no sort object.
  }
  throw invalidSort(text)
}

const invalidSort = (text: string): ApiError =>
  new ApiError('error-invalid-sort', { reason: `Invalid sort parameter provided: "${text}"` })
