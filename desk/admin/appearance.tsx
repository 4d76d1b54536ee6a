import { Button, Loader } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { APPEARANCE_GROUPS } from './appearance-fields.ts'
import { Page } from './page.tsx'
import { Preview } from './preview.tsx'
import { SettingEditor } from './setting-editor.tsx'
import { Snippet } from './snippet.tsx'

/** How the widget looks, beside the widget itself. */
export function AppearancePage() {
  const { t } = useTexts()
  const rest = useRest()
  const { fail, tell } = useToasts()
  const queries = useQueryClient()
  const [changes, setChanges] = useState<Readonly<Record<string, unknown>>>({})
  const [version, setVersion] = useState(0)
  const [isBusy, setBusy] = useState(false)
  const { data } = useQuery({
    queryKey: ['appearance'],
    queryFn: async () => {
      const { appearance } = await rest('GET livechat/appearance')
      return Object.fromEntries(appearance.map(({ _id, value }) => [_id, value]))
    },
  })
  const values: Readonly<Record<string, unknown>> = { ...data, ...changes }
  const textOf = (id: string): string => {
    const value = values[id]
    return typeof value === 'string' ? value : ''
  }
  const count = Object.keys(changes).length

  const save = async (): Promise<void> => {
    setBusy(true)
    try {
      const body = Object.entries(changes).map(([_id, value]) => ({ _id, value }))
      await rest('POST livechat/appearance', { body })
      await queries.invalidateQueries({ queryKey: ['appearance'] })
      setChanges({})
      setVersion((before) => before + 1)
      tell(t('settings.saved'))
    } catch (error) {
      fail(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Page wide title={t('nav.appearance')} lead={t('look.lead')}>
      {data === undefined ? (
        <Loader size="sm" aria-label={t('action.loading')} />
      ) : (
        <div className="look">
          <div>
            {APPEARANCE_GROUPS.map(({ title, fields }) => (
              <section key={title} className="group">
                <h2>{t(title)}</h2>
                <div className="card">
                  {fields.map((field) => (
                    <div
                      key={field._id}
                      className="setting"
                      data-changed={field._id in changes || undefined}
                    >
                      <label htmlFor={field._id}>{t(field.label)}</label>
                      <SettingEditor
                        setting={field}
                        label={t(field.label)}
                        value={values[field._id]}
                        onChange={(value) =>
                          setChanges((before) => ({ ...before, [field._id]: value }))
                        }
                      />
                    </div>
                  ))}
                </div>
              </section>
            ))}
            <section className="group">
              <h2>{t('look.snippet')}</h2>
              <Snippet />
            </section>
            {count > 0 ? (
              <div className="save-bar">
                <span role="status">{t('settings.unsaved', { count })}</span>
                <Button variant="default" onClick={() => setChanges({})}>
                  {t('settings.undo')}
                </Button>
                <Button loading={isBusy} onClick={() => void save()}>
                  {t('action.save')}
                </Button>
              </div>
            ) : null}
          </div>
          <div className="look-preview">
            <Preview
              version={version}
              theme={{
                title: textOf('Livechat_title'),
                color: textOf('Livechat_title_color'),
                offlineTitle: textOf('Livechat_offline_title'),
                offlineColor: textOf('Livechat_offline_title_color'),
                position: textOf('Livechat_widget_position'),
              }}
            />
            <p className="soft">{t('look.previewHelp')}</p>
          </div>
        </div>
      )}
    </Page>
  )
}
