import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icons.tsx'

/** One thing to do. */
export interface MenuItem {
  icon: IconName
  label: string
  act: () => void
  isGrave?: boolean
}

/** A button that opens a list of things to do, worked with arrows, Home, End and Escape. */
export function Menu(props: {
  label: string
  items: readonly MenuItem[]
  icon?: IconName
  name?: string
  tabIndex?: number
  onKeyDown?: (event: KeyboardEvent) => void
}) {
  const { label, items, icon = 'more', name = 'tool', tabIndex = 0 } = props
  const [isOpen, setOpen] = useState(false)
  const [isUpward, setUpward] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const entries = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ]
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  const open = (): void => {
    const { bottom = 0 } = button.current?.getBoundingClientRect() ?? {}
    setUpward(bottom > innerHeight / 2)
    setOpen(true)
  }
  useLayoutEffect(() => {
    if (!isOpen) return undefined
    entries()[0]?.focus()
    const leave = ({ target }: Event): void => {
      // Its own button closes it by itself, also where its picture is hit.
      const isOurs = [list, button].some(({ current }) => current?.contains(target as Node))
      if (!isOurs) setOpen(false)
    }
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [isOpen])

  const onKey = (event: KeyboardEvent): void => {
    const all = entries()
    const place = all.indexOf(document.activeElement as HTMLElement)
    const next: Record<string, number> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      Home: 0,
      End: -1,
    }
    const target = next[event.key]
    if (target !== undefined) all.at(target % all.length)?.focus()
    else if (event.key === 'Escape') close()
    else if (event.key === 'Tab') {
      setOpen(false)
      return
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class={`menu ${isOpen ? 'opened' : ''} ${isUpward ? 'upward' : ''}`}>
      <button
        ref={button}
        class={name}
        type="button"
        aria-label={label}
        title={name === 'tool' ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        tabIndex={tabIndex}
        onClick={() => (isOpen ? close() : open())}
        onKeyDown={props.onKeyDown}
      >
        <Icon name={icon} />
      </button>
      {isOpen ? (
        <ul ref={list} role="menu" aria-label={label} onKeyDown={onKey}>
          {items.map(({ icon: picture, label: words, act, isGrave }) => (
            <li role="none">
              <button
                role="menuitem"
                type="button"
                tabIndex={-1}
                class={isGrave ? 'grave' : ''}
                onClick={() => {
                  close()
                  act()
                }}
              >
                <Icon name={picture} />
                {words}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
