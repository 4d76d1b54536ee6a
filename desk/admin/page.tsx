import type { ReactNode } from 'react'
import { usePageTitle } from '../lib/page-title.ts'
import './admin.css'

/** A page of the administration: its name, what one does there, and the content. */
export function Page({
  title,
  lead,
  actions,
  children,
  wide = false,
}: {
  title: string
  lead: string
  actions?: ReactNode
  children: ReactNode
  wide?: boolean
}) {
  usePageTitle(title)
  return (
    <div className="page" data-wide={wide || undefined}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          <p className="soft">{lead}</p>
        </div>
        {actions}
      </header>
      {children}
    </div>
  )
}
