import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { OptionalId, VisitorToken } from '../../contract/schemas.ts'

const Navigation = Type.Object({
  page: Type.Object({
    change: Type.String(),
    title: Type.String(),
    location: Type.Object({ href: Type.String() }),
  }),
  token: Type.String({ description: "The caller's own." }),
})

const exampleInfo = {
  change: 'url',
  title: 'Prices',
  location: { href: 'https://shop.example/prices' },
}

export const visitPage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/page.visited',
  tag: 'Page Visited',
  summary: 'Tell which page the visitor looks at',
  description:
    'Kept when `change` is what the setting `Livechat_history_monitor_type` names; else the answer is empty. A token that nobody registered may tell pages, too: they are kept for half an hour and join the conversation that is opened in that time.',
  audience: 'visitor',
  body: Type.Object({
    token: VisitorToken,
    rid: OptionalId,
    pageInfo: Type.Object({
      change: Type.String({ maxLength: 32 }),
      title: Type.String({ maxLength: 10_000 }),
      location: Type.Object({ href: Type.String({ maxLength: 10_000 }) }),
    }),
  }),
  response: Type.Object({
    page: Type.Optional(Type.Object({ msg: Type.String(), navigation: Navigation })),
  }),
  errors: [],
  example: {
    body: { token: 'iNKE8a6k6cjbqWhWd', pageInfo: exampleInfo },
    response: {
      page: {
        msg: 'Prices',
        navigation: { page: exampleInfo, token: 'iNKE8a6k6cjbqWhWd' },
      },
    },
  },
})
