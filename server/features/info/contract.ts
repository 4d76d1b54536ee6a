import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'

export const info = defineEndpoint({
  method: 'GET',
  path: '/api/info',
  aliases: ['/api/v1/info'],
  tag: 'Server',
  summary: 'Which contract this server speaks',
  description:
    '`version` is the version of the wire contract, `foyer` the one of this server. `info` is added for holders of `view-statistics`.',
  audience: 'anyone',
  response: Type.Object({
    version: Type.String(),
    foyer: Type.String(),
    info: Type.Optional(
      Type.Object({
        version: Type.String(),
        build: Type.Object({
          nodeVersion: Type.String(),
          arch: Type.String(),
          platform: Type.String(),
        }),
        database: Type.String(),
      }),
    ),
  }),
  errors: [],
  example: { response: { version: '8.5', foyer: '0.1.0' } },
})
