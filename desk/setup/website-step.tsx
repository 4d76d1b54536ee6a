import { Button, Group } from '@mantine/core'
import { ExternalLink } from 'lucide-react'
import { Snippet } from '../admin/snippet.tsx'
import { PREVIEW_URL } from '../lib/server.ts'
import { useTexts } from '../texts/texts.ts'

/** What to paste into the website, and a page on which the chat can be tried before. */
export function WebsiteStep({ onDone }: { onDone: () => void }) {
  const { t } = useTexts()
  return (
    <div>
      <h1>{t('setup.website')}</h1>
      <p className="soft">{t('setup.websiteLead')}</p>
      <Snippet />
      <p className="setup-try">{t('setup.try')}</p>
      <Group gap="sm">
        <Button onClick={onDone}>{t('setup.finish')}</Button>
        <Button
          component="a"
          href={PREVIEW_URL}
          target="_blank"
          variant="default"
          rightSection={<ExternalLink size={15} />}
        >
          {t('setup.preview')}
        </Button>
      </Group>
    </div>
  )
}
