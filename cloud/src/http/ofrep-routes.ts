import { ofrep } from '@whetstone/shared/contract';
import { statusOf } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Ctx } from '../context.ts';
import type { Answer } from './answer.ts';
import { names } from './etag.ts';
import { gate, type Authenticate } from './gate.ts';
import { readProblem } from './problems.ts';

interface Border {
  authenticate: Authenticate;
  answer: Answer;
}

interface OfrepAnswer {
  status: number;
  json: string;
  etag?: string;
}

type MaybeLater<T> = T | Promise<T>;

interface OfrepHandlers {
  evaluateFlag(ctx: Ctx, key: string, body: unknown): MaybeLater<OfrepAnswer>;
  evaluateFlags(
    ctx: Ctx,
    question: {
      body: unknown;
      /** Whether the caller has what this ETag names. */
      has: (etag: string) => boolean;
      /** Whether the caller is still there. */
      isWanted: () => boolean;
    },
  ): MaybeLater<OfrepAnswer>;
}

/** A provider that polls sends the same body again and again: read once, it is the same object each time. */
const keptBodies = { max: 1_000, longest: 4_096 };

const contentType = 'application/json; charset=utf-8';

/** The routes of OFREP, beside the registry: behind the same gate, with failures in the shape that its clients read. */
export function mountOfrep(app: FastifyInstance, service: OfrepHandlers, { authenticate, answer }: Border) {
  void app.register(async (scope) => {
    readBodiesOnce(scope);
    mountIn(scope);
  });

  function mountIn(scope: FastifyInstance) {
    const send = (
      request: FastifyRequest,
      reply: FastifyReply,
      { status, json, etag }: OfrepAnswer,
      isReadyAtOnce: boolean,
    ) => {
      if (etag !== undefined) reply.header('etag', etag).header('cache-control', 'no-cache');
      return answer(request, reply, { status, body: json, contentType, isReadyAtOnce, isQuestion: true });
    };

    const route = (id: keyof typeof ofrep, handle: (request: FastifyRequest) => OfrepAnswer | Promise<OfrepAnswer>) => {
      const guard = gate(id, ofrep[id].role, (request) => authenticate(withKeyOfOfrep(request)));
      scope.route({
        method: 'POST',
        url: ofrep[id].path,
        onRequest: guard,
        // Once more when the body is there, as for every operation.
        preHandler: guard,
        handler(request, reply) {
          const result = handle(request);
          return result instanceof Promise
            ? result.then((ready) => send(request, reply, ready, false))
            : send(request, reply, result, true);
        },
        errorHandler: (error, request, reply) => void answerFailure(error, request, reply, answer),
      });
    };

    route('evaluateFlagByOfrep', (request) => service.evaluateFlag(request.ctx!, keyOf(request)!, request.body));
    route('evaluateFlagsByOfrep', (request) =>
      service.evaluateFlags(request.ctx!, {
        body: request.body,
        has: (etag) => names(request.headers['if-none-match'], etag),
        isWanted: () => !request.raw.socket.destroyed,
      }),
    );
  }
}

function readBodiesOnce(scope: FastifyInstance) {
  const known = new LRUCache<string, object>({ max: keptBodies.max });
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    const before = text === '' ? undefined : known.get(text);
    if (before || text === '') return done(null, before);
    void parse(request, text, (error, body: unknown) => {
      if (!error && text.length <= keptBodies.longest && typeof body === 'object' && body !== null)
        known.set(text, body);
      done(error, body);
    });
  });
}

/** OFREP says that a key may stand in `X-API-Key`, too; `Authorization` wins. */
function withKeyOfOfrep(request: Parameters<Authenticate>[0]) {
  const { method, headers } = request;
  const key = headers['x-api-key'];
  if (headers.authorization !== undefined || typeof key !== 'string') return request;
  return { method, headers: { ...headers, authorization: `Bearer ${key}` } };
}

const keyOf = ({ params }: FastifyRequest) => (params as { key?: string }).key;

/** A request that is wrong gets a code, of the flag if it named one; who may not ask, or what broke, a sentence alone. */
function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, answer: Answer) {
  const { code, message } = readProblem(error, request, reply);
  const status = statusOf[code];
  const key = keyOf(request);
  const isTheBody = code === 'invalid' || code === 'payload_too_large' || code === 'unsupported_media_type';
  const failure = isTheBody
    ? {
        ...(key !== undefined && { key }),
        errorCode: code === 'invalid' ? 'PARSE_ERROR' : 'GENERAL',
        errorDetails: message,
      }
    : { errorDetails: message };
  return answer(request, reply, { status, body: JSON.stringify(failure), contentType, isQuestion: true });
}
