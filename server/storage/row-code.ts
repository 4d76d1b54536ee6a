import type { StatementSync } from 'node:sqlite'

/** Makes a row out of the engine's values, which are in the order of the columns. */
export type RowMaker = (values: readonly unknown[]) => Record<string, unknown>

/** Runs a statement with a row's values as its parameters; what the row has not is null. */
export type RowRunner = (statement: StatementSync, row: object) => void

/*
 * Both are made as code for their columns, once for each statement. All rows of a statement are
 * then objects of one shape, made at once: a tenth of what it costs to set their keys one by one,
 * and whoever reads them is faster, too. Columns are named in our own statements, never by a client.
 */

export function rowMaker(columns: readonly string[]): RowMaker {
  const entries = columns.map((column, index) => `${JSON.stringify(column)}: values[${index}]`)
  // oxlint-disable-next-line typescript/no-implied-eval -- see above
  return new Function('values', `return { ${entries.join(', ')} }`) as RowMaker
}

export function rowRunner(columns: readonly string[]): RowRunner {
  const values = columns.map((column) => `row[${JSON.stringify(column)}] ?? null`)
  // oxlint-disable-next-line typescript/no-implied-eval -- see above
  return new Function('statement', 'row', `statement.run(${values.join(', ')})`) as RowRunner
}

const pickers = new WeakMap<readonly string[], (row: object) => object>()

/** Makes an object of some columns of a row; made once for each list, which is a constant one. */
export function rowPicker(columns: readonly string[]): (row: object) => object {
  let picker = pickers.get(columns)
  if (picker === undefined) {
    const entries = columns.map(
      (column) => `${JSON.stringify(column)}: row[${JSON.stringify(column)}]`,
    )
    // oxlint-disable-next-line typescript/no-implied-eval -- see above
    picker = new Function('row', `return { ${entries.join(', ')} }`) as (row: object) => object
    pickers.set(columns, picker)
  }
  return picker
}
