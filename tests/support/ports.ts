import { createServer } from 'node:net'

/**
 * Below the ports that systems hand out by themselves, to servers on port 0 and to outgoing
 * connections: none of those takes one of these between the choice and its use.
 */
const FIRST = 11_000
const COUNT = 19_000

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
