import {
  MultiSelect,
  NativeSelect,
  NumberInput,
  PasswordInput,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useTexts, type TextKey } from '../texts/texts.ts'
import { ColorField } from './color-field.tsx'

/** What an editor needs to know of a setting. */
export interface EditedSetting {
  _id: string
  type: string
  values?: string[]
  /** Words for values; the others stand as they are. */
  valueTexts?: Readonly<Record<string, TextKey>>
  min?: number
  secret?: true
  readonly?: true
  held?: true
}

/** A field of the right kind for a setting, without a label. */
export function SettingEditor({
  setting,
  value,
  label,
  onChange,
}: {
  setting: EditedSetting
  value: unknown
  label: string
  onChange: (value: unknown) => void
}) {
  const { t } = useTexts()
  const common = {
    id: setting._id,
    'aria-label': label,
    disabled: setting.held === true || setting.readonly === true,
  }
  const text = typeof value === 'string' ? value : ''
  if (setting.secret === true || setting.type === 'password') {
    return (
      <PasswordInput
        {...common}
        autoComplete="off"
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
      />
    )
  }
  switch (setting.type) {
    case 'boolean':
      return (
        <Switch
          {...common}
          size="md"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'int':
    case 'timespan':
      return (
        <NumberInput
          {...common}
          allowDecimal={false}
          {...(setting.min === undefined ? {} : { min: setting.min })}
          {...(setting.type === 'timespan' ? { suffix: ' ms' } : {})}
          value={typeof value === 'number' ? value : 0}
          onChange={(next) => {
            if (typeof next === 'number') onChange(next)
          }}
        />
      )
    case 'select':
      return (
        <NativeSelect
          {...common}
          data={(setting.values ?? []).map((one) => {
            const words = setting.valueTexts?.[one]
            return { value: one, label: words === undefined ? one : t(words) }
          })}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
    case 'multiSelect':
      return (
        <MultiSelect
          {...common}
          data={setting.values ?? []}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
        />
      )
    case 'color':
      return (
        <ColorField
          id={setting._id}
          label={label}
          isLabelled
          disabled={common.disabled}
          value={text}
          onChange={onChange}
        />
      )
    case 'code':
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          maxRows={14}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
    default:
      return text.length > 60 ? (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxRows={8}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...common}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}
