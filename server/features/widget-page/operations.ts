import type { AppContext } from '../../context.ts'
import { isOnline } from '../../routing/agents.ts'
import { textOf, type Language } from '../../texts/texts.ts'

/** What the button and the first paint of the chat need to know before they ask anything. */
export interface StartData {
  enabled: boolean
  online: boolean
  title: string
  color: string
  offlineTitle: string
  offlineColor: string
  position: 'left' | 'right'
  background: string
  /** Whether somebody who comes while nobody is there can leave a message. */
  offlineForm: boolean
  /** Language of the installation; the visitor's own comes first. */
  language: string
  texts: { open: string; close: string; unreachable: string; retry: string }
  /** Style sheets over the chat's own; the button has no use for them. */
  sheets?: readonly string[]
}

/** Reads it as it is now, with texts in the visitor's language. */
export async function readStartData(ctx: AppContext, language: Language): Promise<StartData> {
  const { settings } = ctx
  const online = await ctx.db.read((reader) => isOnline(ctx, reader))
  return {
    enabled: settings.get('Livechat_enabled'),
    online,
    title: settings.get('Livechat_title'),
    color: settings.get('Livechat_title_color'),
    offlineTitle: settings.get('Livechat_offline_title'),
    offlineColor: settings.get('Livechat_offline_title_color'),
    position: settings.get('Livechat_widget_position') === 'left' ? 'left' : 'right',
    background: settings.get('Livechat_background'),
    offlineForm: settings.get('Livechat_display_offline_form'),
    language: settings.get('Language'),
    texts: {
      open: textOf(language, 'widget.open'),
      close: textOf(language, 'widget.close'),
      unreachable: textOf(language, 'widget.unreachable'),
      retry: textOf(language, 'widget.retry'),
    },
  }
}

/** JSON that stays JSON inside a script, and inside the text of a page. */
export const embeddable = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
