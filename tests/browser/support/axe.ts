import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Frame, Page } from 'playwright-core'

const SOURCE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

declare const axe: {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

/**
 * Fails on anything that axe-core finds in a page or one of its frames.
 * @param without rules that do not fit what is looked at, e.g. page landmarks in a small frame
 */
export async function expectAccessible(
  where: Page | Frame,
  what: string,
  without: readonly string[] = [],
): Promise<void> {
  // Evaluated from outside the page, so that its content security policy stays as it is.
  await where.evaluate(await readFile(SOURCE, 'utf8'))
  const { violations } = await where.evaluate(
    ({ rules, disabled }) =>
      axe.run({
        runOnly: { type: 'tag', values: rules },
        rules: Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }])),
      }),
    { rules: RULES, disabled: [...without] },
  )
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`)
  assert.deepEqual(found, [], `axe finds nothing on ${what}`)
}
