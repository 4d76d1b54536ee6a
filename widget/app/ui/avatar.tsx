/** Initials in a circle; beside the name, hence silent. */
export function Avatar({ name, status }: { name: string; status?: string | undefined }) {
  const initials = name
    .split(/\s+/u)
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '')
    .slice(0, 2)
    .join('')
  return (
    <span class="avatar" aria-hidden="true">
      {initials.toUpperCase()}
      {status === undefined ? null : <i class={`dot ${status}`} />}
    </span>
  )
}
