import { EjsonDate } from '../../contract/ejson.ts'
import { defineMethod, defineOpenMethod } from '../method-calls/define.ts'
import { listPublicSettings, listReadableSettings, type SettingsPage } from './operations.ts'

/** DDP methods that read settings. Changes are not dated: everything is always told. */
export const settingMethods = [
  defineOpenMethod({
    name: 'public-settings/get',
    required: [],
    optional: [EjsonDate],
    run: (ctx, _caller, [updatedAt]) =>
      answerOf(
        allOf((offset) => listPublicSettings(ctx, { offset, ids: undefined })),
        updatedAt,
      ),
  }),

  defineMethod({
    name: 'private-settings/get',
    audience: { anyOf: ['view-privileged-setting'], refusal: 'error-not-authorized' },
    required: [],
    optional: [EjsonDate],
    run: (ctx, caller, [updatedAt]) =>
      answerOf(
        allOf((offset) => listReadableSettings(ctx, caller, { offset })),
        updatedAt,
      ),
  }),
]

/** Methods know no pages. */
function allOf(page: (offset: number) => SettingsPage): { _id: string; value: unknown }[] {
  const settings: { _id: string; value: unknown }[] = []
  for (;;) {
    const { settings: found, total } = page(settings.length)
    settings.push(...found.map(({ id, value }) => ({ _id: id, value })))
    if (found.length === 0 || settings.length >= total) return settings
  }
}

const answerOf = (settings: unknown[], updatedAt: EjsonDate | undefined) =>
  updatedAt === undefined ? settings : { update: settings, remove: [] }
