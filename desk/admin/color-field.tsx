import { TextInput } from '@mantine/core'
import { useTexts } from '../texts/texts.ts'
import './color-field.css'

const HEX = /^#[\da-f]{6}$/i

/** A colour: typed, picked with the browser's own picker, or one of the swatches. */
export function ColorField({
  id,
  label,
  isLabelled = false,
  disabled = false,
  swatches = [],
  value,
  onChange,
}: {
  id?: string
  label: string
  /** The words for it stand beside the field already. */
  isLabelled?: boolean
  disabled?: boolean
  swatches?: readonly string[]
  value: string
  onChange: (value: string) => void
}) {
  const { t } = useTexts()
  return (
    <div>
      <TextInput
        {...(id === undefined ? {} : { id })}
        {...(isLabelled ? { 'aria-label': label } : { label })}
        required
        withAsterisk={false}
        disabled={disabled}
        maxLength={64}
        spellCheck={false}
        leftSection={
          <input
            type="color"
            className="color-picker"
            aria-label={t('field.pickColor', { name: label })}
            disabled={disabled}
            value={HEX.test(value) ? value : '#000000'}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        }
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {swatches.length === 0 ? null : (
        <div className="swatches">
          {swatches.map((color) => (
            <button
              key={color}
              type="button"
              aria-label={color}
              aria-pressed={color === value}
              style={{ background: color }}
              onClick={() => onChange(color)}
            />
          ))}
        </div>
      )}
    </div>
  )
}
