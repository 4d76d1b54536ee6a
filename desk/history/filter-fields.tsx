import { Button, Indicator, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { ListFilter, Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../lib/shortcuts.ts'
import type { ListedAgent } from '../session/agents.ts'
import { useTexts } from '../texts/texts.ts'
import { narrowingParts, type Filter } from './filter.ts'

const PATIENCE_MS = 250

/** What narrows the list. */
export function FilterFields({
  filter,
  agents,
  seesAll,
  onChange,
}: {
  filter: Filter
  agents: readonly ListedAgent[]
  /** Whether others' conversations can be listed. */
  seesAll: boolean
  onChange: (filter: Filter) => void
}) {
  const { t } = useTexts()
  const [isOpen, setOpen] = useState(() => narrowingParts(filter) > 0)
  const search = useRef<HTMLInputElement>(null)
  const [name, setName] = useState(filter.name)
  const current = useRef(filter)
  useEffect(() => {
    current.current = filter
  })
  const ask = useDebouncedCallback((text: string) => {
    onChange({ ...current.current, name: text })
  }, PATIENCE_MS)
  const count = narrowingParts(seesAll ? filter : { ...filter, agent: '' })
  useShortcuts({ '/': () => search.current?.focus() })

  return (
    <form className="filter" role="search" onSubmit={(event) => event.preventDefault()}>
      {seesAll ? (
        <SegmentedControl
          fullWidth
          aria-label={t('history.state')}
          value={filter.state}
          data={[
            { value: 'open', label: t('history.open') },
            { value: 'closed', label: t('history.closed') },
          ]}
          onChange={(value) => onChange({ ...filter, state: value === 'open' ? 'open' : 'closed' })}
        />
      ) : null}
      <div className="filter-line">
        <TextInput
          ref={search}
          className="filter-name"
          type="search"
          leftSection={<Search size={15} />}
          aria-label={t('history.name')}
          placeholder={t('history.name')}
          value={name}
          onChange={({ currentTarget: { value } }) => {
            setName(value)
            ask(value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            search.current?.blur()
          }}
        />
        <Indicator label={count} disabled={count === 0} size={17} zIndex={1}>
          <Button
            variant="default"
            px="sm"
            aria-expanded={isOpen}
            aria-controls="history-filter"
            leftSection={<ListFilter size={15} />}
            onClick={() => setOpen(!isOpen)}
          >
            {t('history.filter')}
          </Button>
        </Indicator>
      </div>
      <div id="history-filter" className="filter-more" hidden={!isOpen}>
        {seesAll && agents.length > 0 ? (
          <NativeSelect
            label={t('history.agent')}
            value={filter.agent}
            onChange={({ currentTarget: { value } }) => onChange({ ...filter, agent: value })}
            data={[
              { value: '', label: t('history.everybody') },
              ...agents.map(({ id, name: label }) => ({ value: id, label })),
            ]}
          />
        ) : null}
        <div className="filter-line">
          {(['from', 'to'] as const).map((end) => (
            <TextInput
              key={end}
              className="filter-name"
              type="date"
              label={t(`history.${end}`)}
              value={filter[end]}
              onChange={({ currentTarget: { value } }) => onChange({ ...filter, [end]: value })}
            />
          ))}
        </div>
        {count > 0 ? (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => onChange({ ...filter, agent: '', from: '', to: '' })}
          >
            {t('history.clear')}
          </Button>
        ) : null}
      </div>
    </form>
  )
}
