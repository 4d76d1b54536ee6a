import { Button } from '@mantine/core'
import { ArrowDown } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import type { ChatItem, OpenedRoom } from '../../client/index.ts'
import { useDesk } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { Entry } from './entry.tsx'
import { rowsOf, type Row } from './rows.ts'

/** High enough that older pages never reach below zero. */
const FIRST_INDEX = 1_000_000

/** What was said, newest at the bottom; older pages come while one scrolls up. */
export function MessageList({
  rid,
  opened,
  visitorName,
  onEdit,
}: {
  rid: string
  opened: OpenedRoom
  visitorName: string
  onEdit: (item: ChatItem) => void
}) {
  const texts = useTexts()
  const desk = useDesk()
  const list = useRef<VirtuosoHandle>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const rows = useMemo(() => rowsOf(texts, opened.items), [texts, opened.items])
  const firstIndex = useFirstIndex(rid, rows)
  const last = opened.items.at(-1)

  // What one has just written is always shown.
  useEffect(() => {
    if (last?.kind === 'echo') list.current?.scrollToIndex({ index: 'LAST', align: 'end' })
  }, [last?.id, last?.kind])

  const isWriting = opened.state.typing.length > 0
  return (
    <div className="messages" role="log" aria-label={texts.t('messages.label')}>
      <Virtuoso
        key={rid}
        ref={list}
        data={rows}
        firstItemIndex={firstIndex}
        initialTopMostItemIndex={{ index: 'LAST', align: 'end' }}
        increaseViewportBy={600}
        alignToBottom
        followOutput={(atEnd) => (atEnd ? 'auto' : false)}
        atBottomThreshold={80}
        atBottomStateChange={setAtEnd}
        startReached={() => {
          if (opened.state.hasOlder) void desk.loadOlder(rid).catch(() => undefined)
        }}
        computeItemKey={(_, row) => row.key}
        itemContent={(_, row) => (
          <Entry row={row} rid={rid} visitorName={visitorName} onEdit={onEdit} />
        )}
        context={{ isWriting, label: texts.t('messages.typing', { name: visitorName }) }}
        components={COMPONENTS}
      />
      {isAtEnd ? null : (
        <Button
          className="to-end"
          size="compact-sm"
          radius="xl"
          variant="default"
          leftSection={<ArrowDown size={14} />}
          onClick={() => list.current?.scrollToIndex({ index: 'LAST', align: 'end' })}
        >
          {texts.t('messages.toEnd')}
        </Button>
      )}
    </div>
  )
}

const COMPONENTS = { Header: () => <div className="messages-edge" />, Footer: Typing }

function Typing({ context }: { context?: { isWriting: boolean; label: string } }) {
  return (
    <div className="messages-edge">
      {context?.isWriting === true ? (
        <div className="typing">
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {context.label}
        </div>
      ) : null}
    </div>
  )
}

/** The list keeps its place when rows are put in front: their number is taken off the index. */
function useFirstIndex(rid: string, rows: readonly Row[]): number {
  const anchor = useRef<{ rid: string; key: string; index: number }>(undefined)
  const first = rows.find(({ kind }) => kind === 'item')
  const position = first === undefined ? 0 : rows.indexOf(first)
  if (anchor.current?.rid !== rid) anchor.current = undefined
  if (first !== undefined) {
    const known = anchor.current
    const at = known === undefined ? -1 : rows.findIndex(({ key }) => key === known.key)
    if (known === undefined || at === -1) {
      anchor.current = { rid, key: first.key, index: FIRST_INDEX + position }
    } else if (at !== position) {
      anchor.current = { rid, key: first.key, index: known.index - (at - position) }
    }
  }
  return (anchor.current?.index ?? FIRST_INDEX) - position
}
