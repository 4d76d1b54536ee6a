import { Alert, Button, Group, Stack, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { createRest } from '../../client/index.ts'
import { ColorField } from '../admin/color-field.tsx'
import { Preview } from '../admin/preview.tsx'
import { errorText } from '../lib/errors.ts'
import { SERVER_URL } from '../lib/server.ts'
import { loginHeaders, sessionState } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'

const COLORS = [
  '#0d6b5f',
  '#1d4ed8',
  '#6d28d9',
  '#be185d',
  '#b91c1c',
  '#b45309',
  '#15803d',
  '#1f2937',
]

/** Title and colour of the chat, with the chat beside them. */
export function LookStep({ onDone }: { onDone: () => void }) {
  const texts = useTexts()
  const { t } = texts
  const [title, setTitle] = useState(() => t('setup.defaultTitle'))
  const [color, setColor] = useState(COLORS[0] ?? '')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const state = sessionState()
    if (state.phase !== 'active') return
    setBusy(true)
    setProblem(undefined)
    try {
      const rest = createRest({ serverUrl: SERVER_URL, headers: loginHeaders(state.session) })
      await rest('POST livechat/appearance', {
        body: [
          { _id: 'Livechat_title', value: title },
          { _id: 'Livechat_title_color', value: color },
        ],
      })
      onDone()
    } catch (error) {
      setProblem(errorText(texts, error))
      setBusy(false)
    }
  }

  return (
    <div className="setup-look">
      <form onSubmit={(event) => void submit(event)}>
        <h1>{t('setup.look')}</h1>
        <p className="soft">{t('setup.lookLead')}</p>
        <Stack gap="md">
          {problem === undefined ? null : (
            <Alert color="red" variant="light" role="alert">
              {problem}
            </Alert>
          )}
          <TextInput
            label={t('look.title')}
            autoFocus
            required
            withAsterisk={false}
            maxLength={80}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <ColorField label={t('look.color')} swatches={COLORS} value={color} onChange={setColor} />
          <Group gap="sm" mt="xs">
            <Button type="submit" loading={isBusy}>
              {t('setup.next')}
            </Button>
            <Button variant="subtle" color="gray" onClick={onDone}>
              {t('setup.skip')}
            </Button>
          </Group>
        </Stack>
      </form>
      <Preview
        version={0}
        theme={{
          title,
          color,
          offlineTitle: title,
          offlineColor: color,
          position: 'right',
        }}
      />
    </div>
  )
}
