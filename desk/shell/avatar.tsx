import './avatar.css'

const HUES = [168, 204, 232, 262, 292, 330, 8, 32, 96]

/** The initials of somebody on a colour that stays his; a picture to screen readers, so no text. */
export function Avatar({
  name,
  size = 36,
  status,
}: {
  name: string
  size?: number
  /** Shown as a dot; the words for it stand elsewhere. */
  status?: string | undefined
}) {
  const words = name.trim().split(/[\s._-]+/u)
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => /\p{L}|\p{N}/u.exec(word ?? '')?.[0] ?? '')
    .join('')
    .toUpperCase()
  const sum = Array.from(name).reduce((total, sign) => total + (sign.codePointAt(0) ?? 0), 0)
  return (
    <span
      className="avatar"
      aria-hidden="true"
      data-initials={initials}
      style={{ '--size': `${size}px`, '--hue': HUES[sum % HUES.length] } as React.CSSProperties}
    >
      {status === undefined ? null : <span className="avatar-status" data-status={status} />}
    </span>
  )
}
