import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { durationHistogram } from './duration-histogram.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Id of the operation in the contract; `other` for what stands beside it. */
    operation: string;
  }
}

/** Watches every answer leave: durations for Prometheus on `/metrics`, and a log line for writes and failures. */
export function observe(app: FastifyInstance, log: FastifyBaseLogger) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = durationHistogram(
    'whetstone_http_request_duration_seconds',
    'Time from the request to the end of its answer',
  );

  app.decorateRequest('operation', 'other');
  app.addHook('onResponse', (request, reply, done) => {
    durations.observe(request.operation, reply.statusCode, reply.elapsedTime / 1_000);
    if (reply.statusCode >= 500 || !isRead(request)) log.info(lineOf(request, reply), 'request');
    done();
  });
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', registry.contentType).send((await registry.metrics()) + durations.text()),
  );
  app.addHook('onClose', async () => registry.clear());
}

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

const lineOf = (request: FastifyRequest, reply: FastifyReply) => ({
  requestId: request.id,
  operation: request.operation,
  status: reply.statusCode,
  durationMs: Math.round(reply.elapsedTime),
  key: request.ctx?.actor.selector,
});
