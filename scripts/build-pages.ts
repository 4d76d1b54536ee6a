import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { InlineConfig, Plugin } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const COMPRESSED = /\.(?:js|css|html|json|svg)$/

/** What is common to everything that browsers load. */
const base = {
  configFile: false,
  envDir: false,
  publicDir: false,
  logLevel: 'warn',
  // Pages find their files beside themselves, so that a proxy may add a prefix to every path.
  base: './',
} as const satisfies InlineConfig

/**
 * What vite wraps around each part that is loaded later serves parts with styles of their own; ours
 * have none, and every visitor would pay for it.
 */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('vite/preload-helper.js')
      ? 'export const __vitePreload = (load) => load()'
      : undefined,
}

const preact = { jsx: { runtime: 'automatic', importSource: 'preact' } } as const
const react = { jsx: { runtime: 'automatic', importSource: 'react' } } as const

/** What is built: folders of the repository, each into a folder below `build/`. */
const BUILDS: readonly { source: string; configs: readonly InlineConfig[] }[] = [
  {
    source: 'widget',
    configs: [
      {
        ...base,
        build: {
          outDir: join(ROOT, 'build/widget'),
          target: 'es2022',
          rolldownOptions: {
            input: join(ROOT, 'widget/embed/loader.ts'),
            output: { format: 'iife', entryFileNames: 'rocketchat-livechat.min.js' },
          },
        },
      },
      {
        ...base,
        root: join(ROOT, 'widget/app'),
        oxc: preact,
        plugins: [plainImports],
        build: {
          outDir: join(ROOT, 'build/widget'),
          emptyOutDir: false,
          target: 'es2022',
          // The page serves chunks below /livechat, beside the loader.
          assetsDir: 'livechat',
          modulePreload: false,
          rolldownOptions: {
            input: join(ROOT, 'widget/app/index.html'),
            output: {
              entryFileNames: 'livechat/chat-[hash].js',
              assetFileNames: 'livechat/[name]-[hash][extname]',
              // What not everybody loads can be told from what everybody does.
              chunkFileNames: ({ name }) =>
                `livechat/${name === 'later' ? 'later' : `language-${name}`}-[hash].js`,
            },
          },
        },
      },
    ],
  },
  {
    source: 'desk',
    configs: [
      {
        ...base,
        root: join(ROOT, 'desk'),
        oxc: react,
        build: {
          outDir: join(ROOT, 'build/desk'),
          emptyOutDir: false,
          target: 'es2022',
          // The policy of the page allows fonts and pictures from the server only.
          assetsInlineLimit: 0,
          chunkSizeWarningLimit: 900,
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input: join(ROOT, 'desk/index.html'),
            // Libraries mark what is not for servers; everything here is for browsers.
            onwarn: (warning, warn) => {
              if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
            },
          },
        },
      },
    ],
  },
]

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
}

/** Puts the compressed forms beside each file, so that no request pays for them. */
async function compressFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    for (const [ending, pack] of Object.entries(compress)) {
      await writeFile(`${path}.${ending}`, await pack(bytes))
    }
  }
}

/** All folders, or those that are named: `npm run build widget`. */
const named = process.argv.slice(2)
const tools = await import('vite').catch(() => undefined)
if (tools === undefined) {
  // `npm ci --omit=dev` on a folder that was built elsewhere.
  process.stdout.write('The pages are not built anew: vite is not installed.\n')
} else {
  for (const { source, configs } of BUILDS) {
    if (named.length > 0 && !named.includes(source)) continue
    const folder = join(ROOT, 'build', source)
    await rm(folder, { recursive: true, force: true })
    for (const config of configs) await tools.build(config)
    await compressFiles(folder)
  }
}
