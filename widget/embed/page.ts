const LOOK_MS = 1000
const MARK = /^\(\d+\) /

/** The page around the chat: its address, and its title, which carries the number of unread. */
export function watchPage(onMoved: (change: 'url' | 'title', title: string) => void): {
  /** Tells from now on where the visitor goes; the page he is on is told first. */
  watch(): void
  setUnread(count: number): void
} {
  let isWatching = false
  let unread = 0
  const title = (): string => document.title.replace(MARK, '')
  return {
    watch: () => {
      if (isWatching) return
      isWatching = true
      let href = ''
      let known = ''
      const look = (): void => {
        const now = title()
        // Pages that write their title themselves write over the mark.
        mark(unread, now)
        if (location.href !== href) onMoved('url', now)
        else if (now !== known) onMoved('title', now)
        href = location.href
        known = now
      }
      look()
      setInterval(look, LOOK_MS)
    },
    setUnread: (count) => {
      unread = count
      mark(count, title())
    },
  }
}

function mark(unread: number, title: string): void {
  const wanted = unread > 0 ? `(${unread}) ${title}` : title
  if (document.title !== wanted) document.title = wanted
}
