import { Download, FileText } from 'lucide-react'
import type { Message } from '../../client/index.ts'
import { SERVER_URL } from '../lib/server.ts'
import { useTexts } from '../texts/texts.ts'
import { safeLink } from './links.ts'

/** What an attachment may bear; whoever sent it chose the words. */
interface Attachment {
  title?: unknown
  title_link?: unknown
  text?: unknown
  description?: unknown
  author_name?: unknown
  message_link?: unknown
  image_url?: unknown
  image_dimensions?: { width?: unknown; height?: unknown }
  audio_url?: unknown
  video_url?: unknown
}

const TALLEST = 300
const WIDEST = 340

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A file of this server; other hosts' pictures are not loaded, they would tell who looks. */
function fileOf(value: unknown): string | undefined {
  const path = textOf(value)
  return path?.startsWith('/file-upload/') === true ? SERVER_URL + path : undefined
}

/** What a message carries below its text: quotes, pictures, sounds, files. */
export function Attachments({ message }: { message: Message }) {
  return (message.attachments ?? []).map((attachment, index) => (
    // Attachments never change their places.
    // oxlint-disable-next-line react/no-array-index-key
    <One key={index} attachment={(attachment ?? {}) as Attachment} message={message} />
  ))
}

function One({ attachment, message }: { attachment: Attachment; message: Message }) {
  const { t, size } = useTexts()
  const title = textOf(attachment.title)
  const description = textOf(attachment.description)
  const caption = description === undefined ? null : <p>{description}</p>
  const text = textOf(attachment.text)

  if (textOf(attachment.message_link) !== undefined || textOf(attachment.author_name)) {
    return (
      <blockquote className="quote">
        <strong>{textOf(attachment.author_name)}</strong>
        <p>{text}</p>
      </blockquote>
    )
  }
  const image = fileOf(attachment.image_url)
  if (image !== undefined) {
    return (
      <figure className="picture">
        <a
          href={image}
          target="_blank"
          rel="noopener"
          aria-label={t('file.open', { name: title ?? '' })}
        >
          <img src={image} alt={title ?? ''} loading="lazy" {...boxOf(attachment)} />
        </a>
        {caption}
      </figure>
    )
  }
  const audio = fileOf(attachment.audio_url)
  if (audio !== undefined) {
    return (
      <figure>
        <audio controls preload="metadata" src={audio} aria-label={title} />
        {caption}
      </figure>
    )
  }
  const video = fileOf(attachment.video_url)
  if (video !== undefined) {
    return (
      <figure>
        <video controls preload="metadata" src={video} aria-label={title} width={WIDEST} />
        {caption}
      </figure>
    )
  }
  const file = fileOf(attachment.title_link)
  if (file !== undefined) {
    const bytes = message.file?.size
    return (
      <div>
        <a className="file" href={`${file}?download`} download>
          <FileText size={26} strokeWidth={1.5} aria-hidden="true" />
          <span>
            <strong className="one-line">{title}</strong>
            {bytes === undefined ? null : <small>{size(bytes)}</small>}
          </span>
          <Download size={16} aria-hidden="true" />
        </a>
        {caption}
      </div>
    )
  }
  const link = safeLink(textOf(attachment.title_link) ?? '')
  return (
    <div className="quote">
      {link === undefined ? (
        <strong>{title}</strong>
      ) : (
        <a href={link} target="_blank" rel="noopener noreferrer nofollow">
          {title ?? link}
        </a>
      )}
      {text === undefined ? null : <p>{text}</p>}
      {caption}
    </div>
  )
}

/** The space of a picture before it is there, so that nothing jumps. */
function boxOf({ image_dimensions: box }: Attachment): { width?: number; height?: number } {
  const { width, height } = box ?? {}
  if (typeof width !== 'number' || typeof height !== 'number' || width <= 0) return {}
  const scale = Math.min(1, WIDEST / width, TALLEST / height)
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}
