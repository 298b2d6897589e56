import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Serves `/metrics` for Prometheus: durations per operation and status, and the process's own figures. */
export function serveMetrics(app: FastifyInstance) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'whetstone_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [registry],
  });
  // Looking a child up by its labels costs more than the observation itself.
  const children = new Map<string, ReturnType<typeof duration.labels>>();
  const childOf = (operation: string, status: number) => {
    const key = `${operation} ${status}`;
    const known = children.get(key);
    if (known) return known;
    const child = duration.labels(operation, String(status));
    children.set(key, child);
    return child;
  };

  app.addHook('onResponse', (request, reply, done) => {
    childOf(request.routeOptions.config.operation ?? 'other', reply.statusCode).observe(reply.elapsedTime / 1_000);
    done();
  });
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
  app.addHook('onClose', async () => registry.clear());
}
