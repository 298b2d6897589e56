import websocket, { type WebSocket } from '@fastify/websocket';
import { projectHeader, type Operation, type Role } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createServer, type IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import type { Ctx } from '../context.ts';
import type { Keys } from './authentication.ts';
import { holdToRole, type Authenticate } from './gate.ts';
import { inputReader } from './input.ts';
import { openPlaces, type Place } from './places.ts';
import { webSocketConnection, type SocketSink, type SocketSource } from './websocket-connection.ts';
import { answerWithoutUpgrade } from './without-upgrade.ts';

interface Border {
  authenticate: Authenticate;
  admitSigned: Keys['admitSigned'];
  metrics: Registry;
}

interface Route<I> {
  /** Uses a ticket up, for who can send no header: whose it is; throws `unauthorized`. */
  redeem: (ticket: string, input: I) => Promise<{ projectId: string; selector: string }>;
  /** Looks at what is asked for, before the upgrade; what it gives begins the sending. */
  begin: (ctx: Ctx, input: I) => Promise<(sink: SocketSink) => SocketSource>;
}

/** A request whose every refusal is behind it. */
interface Admitted {
  ctx: Ctx;
  isStillAllowed: () => void | Promise<void>;
  start: (sink: SocketSink) => SocketSource;
  place: Place;
}

/** What a key is called in an address by those who put it there. */
const keyNames = /^(api[-_]?key|key|(access[-_]?)?token|authorization|bearer|secret)$/i;

/** Nobody has anything to say on them. */
const maxPayloadBytes = 1_024;

/**
 * A route that takes a WebSocket, written by hand beside the registry. Whatever is refused is refused before the upgrade, as
 * a problem document. The plugin hears of those upgrades alone that are meant for the route, and its hooks stay in a scope of
 * their own: no other request pays for them.
 */
export function mountSocket<I>(
  app: FastifyInstance,
  id: string,
  op: Operation & { role: Role },
  { authenticate, admitSigned, metrics }: Border,
  { redeem, begin }: Route<I>,
) {
  const places = openPlaces(app, {
    metrics,
    gauge: { name: 'whetstone_open_sockets', help: 'WebSocket connections that are open' },
    noun: 'WebSocket connections',
    maxPerKey: 100,
  });
  const read = inputReader(op) as (request: FastifyRequest) => I;
  const admitted = new WeakMap<FastifyRequest, Admitted>();

  const hold = (ctx: Ctx) => {
    holdToRole(id, op.role, ctx);
    return ctx;
  };

  /** Who asks and for what; the same look tells later whether they still may. Strangers are told nothing of what they asked for. */
  async function readRequest(request: FastifyRequest) {
    const { ticket, project } = request.query as Record<string, string | undefined>;
    if (ticket === undefined) {
      const { method } = request;
      const headers = project === undefined ? request.headers : { ...request.headers, [projectHeader]: project };
      const look = () => authenticate({ method, headers });
      const ctx = hold(await look());
      return { look, ctx, input: read(request) };
    }
    const input = read(request);
    const holder = await redeem(ticket, input);
    const look = () => admitSigned(holder);
    return { look, ctx: hold(await look()), input };
  }

  async function admit(request: FastifyRequest) {
    const shown = Object.keys(request.query as object).find((name) => keyNames.test(name));
    if (shown !== undefined)
      throw invalidField(
        shown,
        'a key does not belong into an address, where logs keep it: send the header "authorization", or a ticket',
      );
    const { look, ctx, input } = await readRequest(request);
    request.ctx = ctx;
    const start = await begin(ctx, input);
    if (!request.ws)
      throw new WhetstoneError('invalid', 'this address is for WebSockets: connect to it by ws:// or wss://');
    const place = places.take(ctx.actor.id);
    // However it ends: also when there is no upgrade after all.
    request.raw.socket.once('close', place.leave);
    const isStillAllowed = () => {
      const known = look();
      if (known instanceof Promise) return known.then((each) => void hold(each));
      hold(known);
    };
    admitted.set(request, { ctx, isStillAllowed, start, place });
  }

  function connect(socket: WebSocket, request: FastifyRequest) {
    const { ctx, isStillAllowed, start, place } = admitted.get(request)!;
    const end = webSocketConnection(socket, {
      isStillAllowed,
      start,
      onSlow: () =>
        request.log.info({ requestId: request.id, operation: id, key: ctx.actor.selector }, 'slow reader dropped'),
      bytesTaken: () => request.raw.socket.bytesWritten,
    });
    place.occupy(end);
  }

  void app.register(async (scope) => {
    // Never listens: where the plugin is told of the upgrades that are its own.
    const upgrades = createServer();
    await scope.register(websocket, {
      options: { server: upgrades, maxPayload: maxPayloadBytes, perMessageDeflate: false },
      preClose: (done) => done(),
      errorHandler: (error, socket, request) => {
        // What the other side did wrong has closed the connection by itself.
        if (isTheirs(error)) return;
        request.log.error({ err: error, requestId: request.id }, 'bug');
        socket.close(1011);
      },
    });
    app.server.on('upgrade', (request: IncomingMessage, socket, head) => {
      if (asksFor(request, op.path)) upgrades.emit('upgrade', request, socket, head);
      else answerWithoutUpgrade(app.server, request, socket, head);
    });
    scope.route({
      method: 'GET',
      url: op.path,
      exposeHeadRoute: false,
      onRequest: (request, _reply, done) => {
        request.operation = id;
        request.startedMs = performance.now();
        done();
      },
      preHandler: admit,
      handler: () => Promise.reject(new Error('a request without an upgrade was let in')),
      wsHandler: connect,
    });
  });
}

const isTheirs = ({ code = '' }: Error & { code?: string }) => /^(WS_ERR_|ECONN|EPIPE)/.test(code);

function asksFor({ method, url = '', headers }: IncomingMessage, path: string) {
  const pattern = new RegExp(`^${path.replace(/:\w+/g, '[^/?]*')}(\\?|$)`);
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && pattern.test(url);
}
