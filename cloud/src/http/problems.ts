import { statusOf, WhetstoneError, type ErrorCode } from '@whetstone/shared/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from './answer.ts';

/** Gives every failure, foreseen or not, the one shape clients read: RFC 9457 problem details. */
export function answerProblems(app: FastifyInstance, answer: Answer) {
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, answer));

  app.setNotFoundHandler(async ({ method, url }) => {
    throw new WhetstoneError('not_found', `there is no operation at ${method} ${url.split('?')[0]}; see /docs`);
  });
}

/** Also for what fails before a route is found, such as an address that cannot be decoded. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, answer: Answer) {
  const known = readProblem(error, request, reply);
  const body = JSON.stringify(problemOf(known, request.id));
  const contentType = 'application/problem+json; charset=utf-8';
  return answer(request, reply, { status: statusOf[known.code], body, contentType });
}

/** What went wrong as far as a caller may know it: a bug is logged here, and what HTTP wants said goes into the headers. */
export function readProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): WhetstoneError {
  const known = asWhetstoneError(error);
  if (known.code === 'internal') request.log.error({ err: error, requestId: request.id }, 'bug');
  if (known.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  if (known.code === 'unavailable' || known.code === 'rate_limited') reply.header('retry-after', '1');
  return known;
}

/** What is not HTTP at all never reaches a route: it is answered on the bare socket, in the same shape. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket) {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const known =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new WhetstoneError('payload_too_large', 'the headers are larger than 16 KiB')
      : new WhetstoneError('invalid', 'this is not an HTTP request');
  const body = JSON.stringify(problemOf(known, undefined));
  const status = statusOf[known.code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Another status than the code's is for callers who have their own idea of it. */
export const problemOf = (
  { code, message, errors, extra }: WhetstoneError,
  requestId: string | undefined,
  status: number = statusOf[code],
) => ({
  type: `urn:whetstone:problem:${code}`,
  title: STATUS_CODES[status] ?? STATUS_CODES[statusOf[code]],
  status,
  detail: message,
  code,
  ...(errors ? { errors } : {}),
  ...extra,
  ...(requestId ? { requestId } : {}),
});

/** Fastify's own 4xx (broken JSON, body too large) stay the caller's mistake; the rest keeps its details to itself. */
function asWhetstoneError(error: unknown): WhetstoneError {
  if (error instanceof WhetstoneError) return error;
  const { statusCode = 500, message, code } = error as FastifyError;
  if (statusCode >= 500) return new WhetstoneError('internal', 'internal error; the request id finds it in the log');
  const path = code === 'FST_ERR_BAD_URL' ? 'path' : 'body';
  return new WhetstoneError(codeOf(statusCode), message, { errors: [{ path, message }] });
}

function codeOf(status: number): ErrorCode {
  if (status === statusOf.payload_too_large) return 'payload_too_large';
  if (status === statusOf.unsupported_media_type) return 'unsupported_media_type';
  return 'invalid';
}
