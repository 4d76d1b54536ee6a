import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'

const TAG = 'Method calls'

const call = {
  method: 'POST',
  tag: TAG,
  params: Type.Object({
    method: Type.String({
      maxLength: 200,
      description: 'For the eye only: the method that runs is the one in the body.',
    }),
  }),
  body: Type.Object({
    message: Type.String({
      maxLength: 100_000,
      description: 'EJSON text of `{msg: "method", id, method, params: [...]}`.',
    }),
  }),
  response: Type.Object({
    message: Type.String({
      description: 'EJSON text of `{msg: "result", id, result}` or `{msg: "result", id, error}`.',
    }),
  }),
  errors: [],
} as const

export const callMethod = defineEndpoint({
  ...call,
  path: '/api/v1/method.call/:method',
  summary: 'Call a DDP method as a signed-in user',
  description: 'Refusals of the method come inside a 200.',
  audience: 'user',
  example: {
    params: { method: 'readMessages' },
    body: {
      message: '{"msg":"method","id":"1","method":"readMessages","params":["0Tn3xJzP4mD8sHk2VtE"]}',
    },
    response: { message: '{"msg":"result","id":"1"}' },
  },
})

export const callMethodAnonymously = defineEndpoint({
  ...call,
  path: '/api/v1/method.callAnon/:method',
  summary: 'Call a DDP method that needs no login',
  description: 'Refusals of the method come inside a 200.',
  audience: 'anyone',
  example: {
    params: { method: 'livechat:getRoutingConfig' },
    body: {
      message: '{"msg":"method","id":"1","method":"livechat:getRoutingConfig","params":[]}',
    },
    response: { message: '{"msg":"result","id":"1","result":{"autoAssignAgent":true}}' },
  },
})
