import { useEffect, useRef } from 'react'
import { PREVIEW_URL } from '../lib/server.ts'
import { useTexts } from '../texts/texts.ts'

/** What the preview shows before it is saved. */
export interface PreviewTheme {
  title: string
  color: string
  offlineTitle: string
  offlineColor: string
  position: string
}

/** The live widget on an example page, in colours that need not be saved yet. */
export function Preview({ theme, version }: { theme: PreviewTheme; version: number }) {
  const { t } = useTexts()
  const frame = useRef<HTMLIFrameElement>(null)
  const show = (): void => {
    frame.current?.contentWindow?.postMessage({ foyerPreview: { theme } }, location.origin)
  }
  const { title, color, offlineTitle, offlineColor, position } = theme
  useEffect(show, [title, color, offlineTitle, offlineColor, position])
  return (
    <iframe key={version} ref={frame} src={PREVIEW_URL} title={t('look.preview')} onLoad={show} />
  )
}
