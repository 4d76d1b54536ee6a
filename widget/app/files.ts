import type { Session } from './session.ts'

const cache = new Map<string, Promise<string>>()

/**
 * A file of the conversation as an address inside this page. It is fetched with the visitor's
 * secret in a header: neither a cookie nor an address that somebody may pass on carries it.
 * @throws when it cannot be had
 */
export function fetchFile({ serverUrl, chat }: Session, path: string): Promise<string> {
  const url = new URL(path, `${serverUrl}/`).href
  let file = cache.get(url)
  if (file === undefined) {
    file = fetch(url, { headers: { 'x-visitor-token': chat().token() }, credentials: 'omit' }).then(
      async (answer) => {
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
        return URL.createObjectURL(await answer.blob())
      },
    )
    cache.set(url, file)
    // What failed once may be there the next time.
    file.catch(() => cache.delete(url))
  }
  return file
}

/** Whether this is a file of our server's; others are shown as links at most. */
export const isOwnFile = ({ serverUrl }: Session, path: string): boolean =>
  new URL(path, `${serverUrl}/`).href.startsWith(`${serverUrl}/file-upload/`)

/** Saves a file under its name. @throws when it cannot be had */
export async function saveFile(session: Session, path: string, name: string): Promise<void> {
  const link = document.createElement('a')
  link.href = await fetchFile(session, path)
  link.download = name
  link.click()
}
