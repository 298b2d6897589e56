import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { durationHistogram } from './duration-histogram.ts';
import { sendTogether } from './send-together.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Id of the operation in the contract; `other` for what stands beside it. */
    operation: string;
    /** On the steady clock; 0 when no operation was reached. */
    startedMs: number;
  }
}

export interface Leaving {
  status: number;
  body: string | Buffer;
  contentType: string;
  /** Ready in the turn that brought the request: leaves with the others of that turn. */
  isReadyAtOnce?: boolean;
  /** Asks and changes nothing though it is a POST; reads are not logged. */
  isQuestion?: boolean;
}

/** Sends what an operation answers; what it returns is what the route's handler has to. */
export type Answer = (request: FastifyRequest, reply: FastifyReply, leaving: Leaving) => FastifyReply | undefined;

/**
 * The one door by which operations answer, well or not: it names the request, times it for `/metrics` and logs writes and
 * failures. A function and not a hook on the response, which would cost each request as much as evaluating ten flags.
 */
export function answerDoor(app: FastifyInstance, log: FastifyBaseLogger): { answer: Answer; metrics: Registry } {
  app.decorateRequest('operation', 'other');
  app.decorateRequest('startedMs', 0);

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = durationHistogram('whetstone_http_request_duration_seconds', 'Time from a request to its answer');
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', registry.contentType).send((await registry.metrics()) + durations.text()),
  );
  app.addHook('onClose', async () => registry.clear());

  const sendLater = sendTogether();
  const answer: Answer = (request, reply, { status, body, contentType, isReadyAtOnce, isQuestion }) => {
    const tookMs = request.startedMs === 0 ? 0 : performance.now() - request.startedMs;
    durations.observe(request.operation, status, tookMs / 1_000);
    if (status >= 500 || !(isQuestion || isRead(request))) log.info(lineOf(request, status, tookMs), 'request');
    reply.statusCode = status;
    reply.header('x-request-id', request.id).header('content-type', contentType);
    // Unlike `authorization`, a cookie does not keep what lies between from storing an answer for the next who asks.
    if (request.headers.cookie !== undefined && !reply.hasHeader('cache-control'))
      reply.header('cache-control', 'no-store');
    if (!isReadyAtOnce) return reply.send(body);
    sendLater(reply, body);
    return undefined;
  };
  return { answer, metrics: registry };
}

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

const lineOf = (request: FastifyRequest, status: number, tookMs: number) => ({
  requestId: request.id,
  operation: request.operation,
  status,
  durationMs: Math.round(tookMs),
  key: request.ctx?.actor.selector,
});
