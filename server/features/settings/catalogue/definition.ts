/** What every definition says, whatever its type. */
interface Common<Id extends string> {
  readonly id: Id
  /** Topic inside the group; screens use it as a heading. */
  readonly section: string
  readonly group: string
  /** Anonymous callers may read it. */
  readonly public: boolean
  /** Never listed by an endpoint and never changed through one. */
  readonly hidden?: true
  /** Masked on screens and kept out of logs. */
  readonly secret?: true
  /** Listed, but changed by the server or its environment only. */
  readonly readonly?: true
  /** The first start fills in a random value; `default` only stands in until then. */
  readonly generated?: true
  /** The default is the address the server was told to have (ROOT_URL). */
  readonly fromRootUrl?: true
}

export interface BooleanSetting<Id extends string = string> extends Common<Id> {
  readonly type: 'boolean'
  readonly default: boolean
}

/** `timespan` counts milliseconds. */
export interface NumberSetting<Id extends string = string> extends Common<Id> {
  readonly type: 'int' | 'timespan'
  readonly default: number
  /** Lowest allowed value, where the one of the type would be a trap. */
  readonly min?: number
}

type TextType =
  | 'string'
  | 'code'
  | 'password'
  | 'color'
  | 'language'
  | 'timezone'
  | 'relativeUrl'
  | 'action'

/** The default of an `action` is the name of the method its button calls. */
export interface TextSetting<Id extends string = string> extends Common<Id> {
  readonly type: TextType
  readonly default: string
}

export interface SelectSetting<
  Id extends string = string,
  Value extends string = string,
> extends Common<Id> {
  readonly type: 'select'
  readonly values: readonly Value[]
  readonly default: Value
}

export interface MultiSelectSetting<Id extends string = string> extends Common<Id> {
  readonly type: 'multiSelect'
  readonly values: readonly string[]
  readonly default: readonly string[]
}

/** One setting of the catalogue. */
export type SettingDefinition =
  | BooleanSetting
  | NumberSetting
  | TextSetting
  | SelectSetting
  | MultiSelectSetting

/** What any setting can hold. */
export type AnySettingValue = SettingDefinition['default']

type Flag = 'public' | 'hidden' | 'secret' | 'readonly' | 'generated' | 'fromRootUrl'

/**
 * Makers for the settings of one group: `bool('Livechat_enabled', true, 'master', 'public')` is
 * id, default, section and then the flags. A setting without the flag `public` is private. The
 * definitions are frozen and keep their id as a literal type, so that the catalogue can be typed.
 */
export function settingsOf(group: string) {
  const common = <Id extends string>(id: Id, section: string, flags: readonly Flag[]) => ({
    id,
    group,
    section,
    public: false,
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
  })

  const textOf =
    (type: TextType) =>
    <Id extends string>(
      id: Id,
      initial: string,
      section: string,
      ...flags: Flag[]
    ): TextSetting<Id> =>
      Object.freeze({ ...common(id, section, flags), type, default: initial })

  return {
    bool: <Id extends string>(
      id: Id,
      initial: boolean,
      section: string,
      ...flags: Flag[]
    ): BooleanSetting<Id> =>
      Object.freeze({ ...common(id, section, flags), type: 'boolean', default: initial }),

    int: <Id extends string>(
      id: Id,
      initial: number,
      section: string,
      ...flags: Flag[]
    ): NumberSetting<Id> =>
      Object.freeze({ ...common(id, section, flags), type: 'int', default: initial }),

    /** An int of which 0 and less would stop the server from answering. */
    positive: <Id extends string>(
      id: Id,
      initial: number,
      section: string,
      ...flags: Flag[]
    ): NumberSetting<Id> =>
      Object.freeze({ ...common(id, section, flags), type: 'int', default: initial, min: 1 }),

    text: textOf('string'),
    code: textOf('code'),
    password: textOf('password'),
    color: textOf('color'),
    language: textOf('language'),
    timezone: textOf('timezone'),
    action: textOf('action'),

    select: <Id extends string, const Value extends string>(
      id: Id,
      values: readonly Value[],
      initial: NoInfer<Value>,
      section: string,
      ...flags: Flag[]
    ): SelectSetting<Id, Value> =>
      Object.freeze({
        ...common(id, section, flags),
        type: 'select',
        values: Object.freeze(values),
        default: initial,
      }),

    multiSelect: <Id extends string, const Value extends string>(
      id: Id,
      values: readonly Value[],
      initial: readonly NoInfer<Value>[],
      section: string,
      ...flags: Flag[]
    ): MultiSelectSetting<Id> =>
      Object.freeze({
        ...common(id, section, flags),
        type: 'multiSelect',
        values: Object.freeze(values),
        default: Object.freeze(initial),
      }),
  }
}
