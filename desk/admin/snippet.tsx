import { Button, CopyButton } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { SERVER_URL } from '../lib/server.ts'
import { useTexts } from '../texts/texts.ts'
import './snippet.css'

const CHAT = `${SERVER_URL}/livechat`
const SNIPPET = `<script>
  window.RocketChat = (call) => RocketChat._.push(call)
  RocketChat._ = []
  RocketChat.url = '${CHAT}'
</script>
<script async src="${CHAT}/rocketchat-livechat.min.js"></script>`

/** What a website's owner pastes into his pages. */
export function Snippet() {
  const { t } = useTexts()
  return (
    <div className="snippet">
      <pre dir="ltr" tabIndex={0} aria-label={t('look.snippet')}>
        <code>{SNIPPET}</code>
      </pre>
      <CopyButton value={SNIPPET}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            leftSection={copied ? <Check size={16} /> : <Copy size={16} />}
            onClick={copy}
          >
            {copied ? t('action.copied') : t('action.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
