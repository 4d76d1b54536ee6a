import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppContext } from '../context.ts'
import {
  ApiError,
  isPlain,
  isReason,
  LoginError,
  NotLoggedInError,
  TextError,
} from '../contract/errors.ts'
import { limitHeaders, TooManyRequestsError } from './limits.ts'
import { isSendingForm } from './multipart.ts'
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
    const { endpoint } = request.routeOptions.config
    const answer =
      endpoint?.reasonErrors === true && error instanceof ApiError
        ? reasonAnswer(error)
        : answerOf(error, endpoint?.plainErrors === true)
    if (answer.status >= 500) {
      ctx.log.error(
        { requestId: request.id, route: request.routeOptions.url, err: error },
        'failed',
      )
    }
    // In place of those of a limit that still had room.
    if (error instanceof TooManyRequestsError) reply.headers(limitHeaders(error.state))
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
    const { status, message } = error
    return { status, body: { success: false, error: message, ...(error.shown && { message }) } }
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

/** Refusals of uploads, as the stock widget reads them (wire contract, section 4.8). */
function reasonAnswer(error: ApiError): ErrorAnswer {
  const { status, code, details } = error
  if (!isReason(status, code)) return apiAnswer(error, false)
  return { status, body: { success: false, reason: code, ...details } }
}

function apiAnswer(error: ApiError, plain: boolean): ErrorAnswer {
  const body: Record<string, unknown> = { success: false }
  if (plain && isPlain(error.status, error.code)) {
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
  if (status === 414) return refusal(414, 'A part of the URL is too long')
  if ('code' in error && error.code === 'FST_ERR_BAD_URL') {
    return refusal(400, 'The URL is not well encoded')
  }
  if (status === 415) return refusal(415, 'Send the body as application/json, in UTF-8')
  if (status !== undefined && status >= 400 && status < 500) return refusal(status, error.message)
  return { status: 500, body: { success: false, error: 'Internal error occured' } }
}

/** Answers bytes in which no request could be read; the connection is of no use any more. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isSendingForm(socket)) return
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const { status, body } =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? refusal(431, 'The headers are too large')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? refusal(408, 'The request took too long to arrive')
        : refusal(400, 'This is not a request in HTTP/1.1')
  const text = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  )
}

/** Whether an answer to an earlier request of the connection has begun and not ended. */
const isAnswering = (socket: Socket & { _httpMessage?: ServerResponse | null }): boolean =>
  // Node keeps it there and looks there itself; how much was written says less on a kept connection.
  socket._httpMessage?.headersSent === true

const refusal = (status: number, text: string): ErrorAnswer => ({
  status,
  body: { success: false, error: text },
})

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''
