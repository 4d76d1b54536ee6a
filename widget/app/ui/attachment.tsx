import { useEffect, useState } from 'preact/hooks'
import { fetchFile, isOwnFile, saveFile } from '../files.ts'
import { Overlay } from './dialog.tsx'
import { Icon } from './icons.tsx'
import { withLinks } from './plain-text.tsx'
import { useNow } from './use-session.ts'
import { authorOf, plainOf, withoutQuote } from './words.ts'

/** The parts of an attachment that are shown; it comes from the wire, so nothing is certain. */
interface Attachment {
  title?: unknown
  title_link?: unknown
  description?: unknown
  image_url?: unknown
  image_size?: unknown
  image_dimensions?: { width?: unknown; height?: unknown }
  audio_url?: unknown
  video_url?: unknown
  size?: unknown
  text?: unknown
  author_name?: unknown
  message_link?: unknown
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What a message carries beside its text. */
export function Attachments({ list }: { list: readonly unknown[] | undefined }) {
  const { session } = useNow()
  return (
    <>
      {(list ?? []).map((entry) => {
        const part = (entry ?? {}) as Attachment
        const name = textOf(part.title)
        const paths = [part.image_url, part.audio_url, part.video_url, part.title_link].map(textOf)
        const path = paths.find((one) => one !== '' && isOwnFile(session, one))
        const note = textOf(part.description)
        if (path === undefined) {
          const id = /[?&]msg=([^&]+)/.exec(textOf(part.message_link))?.[1] ?? ''
          return <Quote id={id} text={textOf(part.text)} author={textOf(part.author_name)} />
        }
        return (
          <>
            {part.image_url ? (
              <Picture path={path} name={name} size={part.image_dimensions} />
            ) : part.audio_url || part.video_url ? (
              <Recording path={path} name={name} isVideo={Boolean(part.video_url)} />
            ) : (
              <FileCard path={path} name={name} />
            )}
            {note === '' ? null : <p>{withLinks(note)}</p>}
          </>
        )
      })}
    </>
  )
}

/** What a message answers to; from the conversation where it is there, with names as shown there. */
export function Quote({
  id,
  text = '',
  author = '',
}: {
  id: string
  text?: string
  author?: string
}) {
  const { chat, t } = useNow()
  const quoted = chat.items.find((item) => item.id === id)
  const words = quoted === undefined ? withoutQuote(text) : plainOf(quoted)
  if (words === '') return null
  return (
    <blockquote class="quote">
      <strong dir="auto">{quoted === undefined ? author : authorOf(quoted, { chat, t })}</strong>
      <p dir="auto">{words}</p>
    </blockquote>
  )
}

/** A file's address once it is here; null when it cannot be had. */
function useFile(path: string): string | null | undefined {
  const { session } = useNow()
  const [url, setUrl] = useState<string | null>()
  useEffect(() => {
    let isGone = false
    fetchFile(session, path).then(
      (found) => isGone || setUrl(found),
      () => isGone || setUrl(null),
    )
    return () => void (isGone = true)
  }, [path])
  return url
}

function Picture(props: { path: string; name: string; size: Attachment['image_dimensions'] }) {
  const { path, name, size } = props
  const { t } = useNow()
  const url = useFile(path)
  const [isLarge, setLarge] = useState(false)
  if (url === null) return <p class="broken">{t('file.broken')}</p>
  const width = Math.min(Number(size?.width) || 240, 240)
  const ratio = (Number(size?.height) || 160) / (Number(size?.width) || 240)
  // The place is kept before the picture is there, so that nothing jumps.
  const style = { width: `${width}px`, aspectRatio: `1 / ${Math.min(Math.max(ratio, 0.2), 1.6)}` }
  return (
    <>
      <button
        class="picture"
        type="button"
        style={style}
        aria-label={t('file.enlarge', { name })}
        onClick={() => setLarge(true)}
      >
        {url === undefined ? null : <img src={url} alt="" />}
      </button>
      {isLarge && url !== undefined ? (
        <Overlay label={name} name="lightbox" onClose={() => setLarge(false)}>
          <img src={url} alt={name} />
          <div class="choices">
            <FileCard path={path} name={name} />
            <button
              class="tool"
              type="button"
              aria-label={t('cancel')}
              onClick={() => setLarge(false)}
            >
              <Icon name="close" />
            </button>
          </div>
        </Overlay>
      ) : null}
    </>
  )
}

function Recording({ path, name, isVideo }: { path: string; name: string; isVideo: boolean }) {
  const { t } = useNow()
  const url = useFile(path)
  if (url === null) return <p class="broken">{t('file.broken')}</p>
  const Player = isVideo ? 'video' : 'audio'
  return <Player controls preload="metadata" src={url} aria-label={name} />
}

function FileCard({ path, name }: { path: string; name: string }) {
  const { session, t } = useNow()
  const [isBroken, setBroken] = useState(false)
  return (
    <button
      class="file"
      type="button"
      aria-label={t('file.download', { name })}
      onClick={() => {
        saveFile(session, path, name).then(
          () => setBroken(false),
          () => setBroken(true),
        )
      }}
    >
      <Icon name="load" />
      <span dir="auto">{isBroken ? t('file.broken') : name}</span>
    </button>
  )
}
