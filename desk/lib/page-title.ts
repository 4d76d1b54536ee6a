import { useDocumentTitle } from '@mantine/hooks'
import { useAttention } from '../inbox/attention.ts'

/** Names the page in the browser's tab, with the number of conversations that want somebody. */
export function usePageTitle(title: string): void {
  const { wanting } = useAttention()
  useDocumentTitle(`${wanting > 0 ? `(${wanting}) ` : ''}${title} – Foyer`)
}
