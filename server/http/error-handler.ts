import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppContext } from '../context.ts'
import { ApiError, LoginError, NotLoggedInError, TextError } from '../contract/errors.ts'
import { StorageUnavailableError } from '../storage/database.ts'

interface ErrorAnswer {
  status: number
  body: Record<string, unknown>
  retryAfter?: number
}

/** Answers every failure in the reference's envelope (wire contract, section 1.3). */
export function handleErrors(
  app: FastifyInstance,
  ctx: AppContext,
  methodsAt: (path: string) => string[],
): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = answerOf(error, request.routeOptions.config.endpoint?.plainErrors === true)
    if (answer.status >= 500) {
      ctx.log.error(
        { requestId: request.id, route: request.routeOptions.url, err: error },
        'failed',
      )
    }
    return send(reply, answer)
  })
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(pathOf(request))
    return send(
      reply,
      methods.length === 0
        ? refusal(404, 'Resource not found')
        : refusal(405, `Method not allowed here; use ${methods.join(' or ')}`),
    )
  })
}

function send(reply: FastifyReply, { status, body, retryAfter }: ErrorAnswer): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  return reply.code(status).header('content-type', 'application/json').send(JSON.stringify(body))
}

/** The answer to a failure; also used where failures are answered inside a 200. */
export function answerOf(error: Error & { statusCode?: number }, plain: boolean): ErrorAnswer {
  if (error instanceof ApiError) return apiAnswer(error, plain)
  if (error instanceof TextError) {
    return { status: error.status, body: { success: false, error: error.message } }
  }
  if (error instanceof NotLoggedInError) {
    return {
      status: 401,
      body: {
        success: false,
        status: 'error',
        message: 'You must be logged in to do this.',
        error: 'unauthorized',
      },
    }
  }
  if (error instanceof LoginError) {
    return {
      status: 401,
      body: {
        status: 'error',
        error: error.error,
        message: error.message,
        ...(error.details === undefined ? {} : { details: error.details }),
      },
    }
  }
  if (error instanceof StorageUnavailableError) {
    return apiAnswer(new ApiError('error-service-unavailable', { retryAfter: 1 }), false)
  }
  return frameworkAnswer(error)
}

function apiAnswer(error: ApiError, plain: boolean): ErrorAnswer {
  const body: Record<string, unknown> = { success: false }
  const wantsPlain = plain && error.status === 400 && error.code !== 'invalid-params'
  if (wantsPlain) {
    body['error'] = error.code
  } else {
    body['error'] =
      error.reason === undefined ? `[${error.code}]` : `${error.reason} [${error.code}]`
    body['errorType'] = error.code
    if (error.details !== undefined) body['details'] = error.details
  }
  return {
    status: error.status,
    body,
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  }
}

function frameworkAnswer(error: Error & { statusCode?: number }): ErrorAnswer {
  const status = error.statusCode
  if (status === 413) return refusal(413, 'The body is larger than 100 kB')
  if (status === 415) return refusal(415, 'Send the body as application/json')
  if (status !== undefined && status >= 400 && status < 500) return refusal(status, error.message)
  return { status: 500, body: { success: false, error: 'Internal error occured' } }
}

const refusal = (status: number, text: string): ErrorAnswer => ({
  status,
  body: { success: false, error: text },
})

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''
