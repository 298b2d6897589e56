import type { Operation, Role } from '@whetstone/shared/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { Ctx } from '../context.ts';
import { gate, holdToRole, type Authenticate } from './gate.ts';
import { openPlaces } from './places.ts';
import { queryReader } from './query.ts';
import { sseConnection, type Sink, type Source } from './sse-connection.ts';

interface Border {
  authenticate: Authenticate;
  metrics: Registry;
}

/** Looks at what is asked for, before anything is sent; what it gives begins the stream. */
type Open = (ctx: Ctx, lastEventId: string | undefined) => Promise<(sink: Sink) => Source>;

/** Routes that answer with server-sent events: written by hand beside the registry, behind the same gate. */
export function eventStreams(app: FastifyInstance, { authenticate, metrics }: Border) {
  const places = openPlaces(app, {
    metrics,
    gauge: { name: 'whetstone_open_streams', help: 'Streams of server-sent events that are open' },
    noun: 'streams',
    maxPerKey: 100,
  });

  return (id: string, op: Operation & { role: Role }, begin: Open) => {
    const readQuery = queryReader(op);
    app.route({
      method: 'GET',
      url: op.path,
      // A HEAD would have to wait for an end that does not come.
      exposeHeadRoute: false,
      onRequest: gate(id, op.role, authenticate),
      handler: async (request, reply) => {
        readQuery(request.query as Record<string, string>);
        const ctx = request.ctx!;
        const place = places.take(ctx.actor.id);
        const start = await begin(ctx, lastEventIdOf(request)).catch((error: unknown) => {
          place.leave();
          throw error;
        });
        reply.hijack();
        const isStillAllowed = () => {
          const known = authenticate(request);
          return known instanceof Promise
            ? known.then((each) => holdToRole(id, op.role, each))
            : holdToRole(id, op.role, known);
        };
        const end = sseConnection(reply.raw, {
          requestId: request.id,
          isStillAllowed,
          start,
          onEnd: place.leave,
          onSlow: () =>
            request.log.info({ requestId: request.id, operation: id, key: ctx.actor.selector }, 'slow reader dropped'),
        });
        place.occupy(end);
      },
    });
  };
}

const lastEventIdOf = ({ headers }: FastifyRequest) => {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
};
