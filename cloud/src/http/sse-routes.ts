import type { Operation, Role } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import type { Ctx } from '../context.ts';
import { gate, holdToRole, type Authenticate } from './gate.ts';
import { queryReader } from './query.ts';
import { sseConnection, type Sink, type Source } from './sse-connection.ts';

interface Border {
  authenticate: Authenticate;
  metrics: Registry;
}

/** Looks at what is asked for, before anything is sent; what it gives begins the stream. */
type Open = (ctx: Ctx, lastEventId: string | undefined) => Promise<(sink: Sink) => Source>;

const maxPerKey = 100;

/**
 * Routes that answer with server-sent events: written by hand beside the registry, behind the same gate. All end at once
 * when the server stops, since nobody would wait them out.
 */
export function eventStreams(app: FastifyInstance, { authenticate, metrics }: Border) {
  const open = new Map<object, { keyId: string; end: () => void }>();
  let isStopping = false;

  new Gauge({
    name: 'whetstone_open_streams',
    help: 'Streams of server-sent events that are open',
    registers: [metrics],
    collect(this: Gauge) {
      this.set(open.size);
    },
  });
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const { end } of open.values()) end();
  });

  function takePlace(keyId: string) {
    if (isStopping) throw new WhetstoneError('unavailable', 'the server is stopping');
    const held = [...open.values()].filter((each) => each.keyId === keyId).length;
    if (held >= maxPerKey) {
      throw new WhetstoneError('rate_limited', `this key has ${maxPerKey} open streams; end one, or share one`);
    }
    const place = {};
    open.set(place, { keyId, end: () => undefined });
    return place;
  }

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
        const place = takePlace(ctx.actor.id);
        const leave = () => void open.delete(place);
        const start = await begin(ctx, lastEventIdOf(request)).catch((error: unknown) => {
          leave();
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
          onEnd: leave,
          onSlow: () =>
            request.log.info({ requestId: request.id, operation: id, key: ctx.actor.selector }, 'slow reader dropped'),
        });
        if (open.has(place)) open.set(place, { keyId: ctx.actor.id, end });
        if (isStopping) end();
      },
    });
  };
}

const lastEventIdOf = ({ headers }: FastifyRequest) => {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
};
