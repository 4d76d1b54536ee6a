import { Badge, Button, Loader, NativeSelect, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import { errorText } from '../lib/errors.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { Page } from './page.tsx'
import { SettingEditor } from './setting-editor.tsx'
import { sectionName, settingName } from './setting-name.ts'

type Setting = AnswerOf<Endpoints['GET foyer/settings.catalogue']>['settings'][number]

/** Every setting that this release obeys, found by words, edited by kind. */
export function SettingsPage() {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { can } = useAccess()
  const { fail, tell } = useToasts()
  const queries = useQueryClient()
  const [words, setWords] = useState('')
  const [group, setGroup] = useState('Omnichannel')
  const [changes, setChanges] = useState<ReadonlyMap<string, unknown>>(new Map())
  const [isBusy, setBusy] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['settings'],
    queryFn: async () => (await rest('GET foyer/settings.catalogue')).settings,
  })
  const groups = [...new Set(data?.map((setting) => setting.group))]
  const wanted = words.trim().toLowerCase()
  const shown = data?.filter((setting) =>
    wanted === ''
      ? setting.group === group
      : `${setting._id} ${settingName(setting._id)}`.toLowerCase().includes(wanted),
  )
  const sections = Map.groupBy(shown ?? [], ({ group, section }) =>
    wanted === '' ? sectionName(section) : `${group} – ${sectionName(section)}`,
  )

  const change = (setting: Setting, value: unknown): void => {
    const next = new Map(changes)
    const isSame = JSON.stringify(value) === JSON.stringify(setting.value)
    if (isSame) next.delete(setting._id)
    else next.set(setting._id, value)
    setChanges(next)
  }
  const save = async (): Promise<void> => {
    setBusy(true)
    const left = new Map(changes)
    try {
      for (const [_id, value] of changes) {
        await rest('POST settings/:_id', { params: { _id }, body: { value } })
        left.delete(_id)
      }
      tell(t('settings.saved'))
    } catch (problem) {
      fail(problem)
    } finally {
      setChanges(left)
      setBusy(false)
      await queries.invalidateQueries({ queryKey: ['settings'] })
    }
  }

  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      <div className="filters">
        <TextInput
          type="search"
          leftSection={<Search size={16} />}
          aria-label={t('settings.search')}
          placeholder={t('settings.search')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={t('settings.group')}
          data={groups}
          value={group}
          disabled={wanted !== ''}
          onChange={(event) => setGroup(event.currentTarget.value)}
        />
      </div>
      {error === null ? null : <p role="alert">{errorText(texts, error)}</p>}
      {data === undefined && error === null ? (
        <Loader size="sm" aria-label={t('action.loading')} />
      ) : null}
      {shown?.length === 0 ? <p className="soft">{t('details.nothingFound')}</p> : null}
      {[...sections].map(([section, settings]) => (
        <section key={section} className="group">
          <h2>{section}</h2>
          <div className="card">
            {settings.map((setting) => (
              <div
                key={setting._id}
                className="setting"
                data-changed={changes.has(setting._id) || undefined}
              >
                <div>
                  <label htmlFor={setting._id}>{settingName(setting._id)}</label>
                  {setting.held === true ? (
                    <Badge ms="xs" size="sm" variant="default" tt="none">
                      {t('settings.held')}
                    </Badge>
                  ) : null}
                  <small>{setting._id}</small>
                </div>
                <SettingEditor
                  setting={setting}
                  label={settingName(setting._id)}
                  value={changes.has(setting._id) ? changes.get(setting._id) : setting.value}
                  onChange={(value) => change(setting, value)}
                />
              </div>
            ))}
          </div>
        </section>
      ))}
      {changes.size > 0 && can('edit-privileged-setting') ? (
        <div className="save-bar">
          <span role="status">{t('settings.unsaved', { count: changes.size })}</span>
          <Button variant="default" onClick={() => setChanges(new Map())}>
            {t('settings.undo')}
          </Button>
          <Button loading={isBusy} onClick={() => void save()}>
            {t('action.save')}
          </Button>
        </div>
      ) : null}
    </Page>
  )
}
