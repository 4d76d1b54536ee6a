import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUILD = fileURLToPath(new URL('../build/widget/', import.meta.url))
/** Stands for what the server writes into both files: titles, colours, texts. */
const START = JSON.stringify({
  enabled: true,
  online: true,
  title: 'Talk to our friendly people',
  color: '#123456',
  offlineTitle: 'Leave us a message',
  offlineColor: '#666666',
  position: 'right',
  background: '#ffffff',
  offlineForm: true,
  language: 'pt-BR',
  texts: {
    open: 'Abrir o chat',
    close: 'Fechar o chat',
    unreachable: 'O chat não está acessível no momento.',
    retry: 'Tentar novamente',
  },
})
const LIMITS = { loader: 5000, chat: 40_000 } as const

const sizeOf = (name: string): number => {
  const text = readFileSync(join(BUILD, name), 'utf8').replace('__FOYER_START__', () => START)
  return gzipSync(text, { level: 9 }).length
}

const parts = readdirSync(join(BUILD, 'livechat')).filter((name) => /\.(?:js|css)$/.test(name))
const isLanguage = (name: string): boolean => name.startsWith('language-')
const common = parts.filter((name) => !isLanguage(name) && !name.startsWith('later-'))
const languages = parts.filter(isLanguage).map((name) => sizeOf(`livechat/${name}`))
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

const sizes = {
  loader: sizeOf('rocketchat-livechat.min.js'),
  // A visitor loads one language; the largest counts.
  chat:
    sizeOf('index.html') +
    sum(common.map((name) => sizeOf(`livechat/${name}`))) +
    Math.max(0, ...languages),
}

for (const [name, limit] of Object.entries(LIMITS)) {
  const size = sizes[name as keyof typeof LIMITS]
  const verdict = size > limit ? 'TOO LARGE' : 'ok'
  process.stdout.write(`${name}: ${size} of ${limit} bytes, gzipped: ${verdict}\n`)
  if (size > limit) process.exitCode = 1
}
