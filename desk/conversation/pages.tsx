import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Globe } from 'lucide-react'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { safeLink } from './links.ts'

const PAGES = 20

/** The pages that the visitor looked at. */
export function Pages({ rid }: { rid: string }) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { data } = useQuery({
    queryKey: ['pages', rid],
    queryFn: async () => {
      const parts = { params: { roomId: rid }, query: { count: PAGES } }
      return (await rest('GET livechat/visitors.pagesVisited/:roomId', parts)).pages
    },
    refetchInterval: 20_000,
  })
  return (
    <section>
      <h3>{t('details.pages')}</h3>
      {data === undefined ? <Loader size="xs" aria-label={t('action.loading')} /> : null}
      {data?.length === 0 ? <p className="soft none">{t('details.noPages')}</p> : null}
      <ol className="pages">
        {data?.map(({ _id, ts, navigation: { page } }) => {
          const href = safeLink(page.location.href)
          const title = page.title === '' ? page.location.href : page.title
          return (
            <li key={_id}>
              <Globe size={14} aria-hidden="true" />
              {href === undefined ? (
                <span className="one-line">{title}</span>
              ) : (
                <a
                  className="one-line"
                  href={href}
                  title={page.location.href}
                  target="_blank"
                  rel="noopener noreferrer nofollow"
                >
                  {title}
                </a>
              )}
              <time className="soft" dateTime={ts}>
                {texts.short(ts)}
              </time>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
