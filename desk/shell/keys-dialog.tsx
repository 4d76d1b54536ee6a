import { Kbd, Modal } from '@mantine/core'
import { useTexts, type TextKey } from '../texts/texts.ts'

const KEYS: readonly { keys: readonly string[]; what: TextKey }[] = [
  { keys: ['J'], what: 'keys.next' },
  { keys: ['K'], what: 'keys.previous' },
  { keys: ['Q'], what: 'keys.inbox' },
  { keys: ['H'], what: 'keys.history' },
  { keys: ['/'], what: 'keys.search' },
  { keys: ['T'], what: 'keys.take' },
  { keys: ['R'], what: 'keys.reply' },
  { keys: ['Enter'], what: 'keys.send' },
  { keys: ['Shift', 'Enter'], what: 'keys.line' },
  { keys: ['↑'], what: 'keys.editLast' },
  { keys: ['Esc'], what: 'keys.leave' },
  { keys: ['I'], what: 'keys.details' },
  { keys: ['U'], what: 'keys.return' },
  { keys: ['E'], what: 'keys.close' },
  { keys: ['A'], what: 'keys.availability' },
  { keys: ['M'], what: 'keys.mute' },
  { keys: ['?'], what: 'keys.help' },
]

/** What the keyboard does. */
export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts()
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <dl className="keys">
        {KEYS.map(({ keys, what }) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt>{t(what)}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
