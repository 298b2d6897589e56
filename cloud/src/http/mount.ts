import {
  hasBody,
  mayActAs,
  parseInput,
  pathKeys,
  Prepared,
  type Contract,
  type Handlers,
  type Operation,
} from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ctx } from '../context.ts';
import type { OnceAnswer, OnceRequest } from '../platform/receipts/apply-once.ts';
import { queryReader } from './query.ts';

declare module 'fastify' {
  interface FastifyRequest {
    ctx: Ctx | null;
  }
}

/** Turns the `authorization` header into who is asking; throws `unauthorized`. */
export type Authenticate = (header: string | undefined) => Ctx | Promise<Ctx>;

interface Border {
  authenticate: Authenticate;
  applyOnce: (ctx: Ctx, request: OnceRequest, apply: (ctx: Ctx) => Promise<string>) => Promise<OnceAnswer>;
}

/** Makes a route of every operation: key, role, input, handler, answer. */
export function mount<C extends Contract>(
  app: FastifyInstance,
  contract: C,
  handlers: Handlers<C, Ctx>,
  border: Border,
) {
  app.decorateRequest('ctx', null);
  for (const [id, op] of Object.entries(contract)) {
    const read = inputReader(op);
    const handle = handlerOf(handlers, id);
    app.route({
      method: op.method,
      url: op.path,
      // Before the body is read: a stranger's bytes are not worth parsing.
      onRequest: op.role === 'public' ? name(id) : gate(id, op.role, border.authenticate),
      handler: op.idempotent
        ? (request, reply) => answerOnce({ id, op, read, handle, border, request, reply })
        : (request, reply) => {
            const answer = handle(request.ctx!, parseInput(op.input, read(request)));
            return answer instanceof Promise
              ? answer.then((ready) => send(request, reply, op, ready))
              : send(request, reply, op, answer);
          },
    });
  }
}

type AnyHandler = (ctx: Ctx, input: unknown) => unknown;

/** `Handlers` ties each id to the input type of that operation, which a loop over ids cannot express. */
const handlerOf = (handlers: object, id: string) => (handlers as Record<string, AnyHandler>)[id]!;

function name(id: string) {
  return (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    request.operation = id;
    done();
  };
}

function gate(id: string, needed: Exclude<Operation['role'], 'public'>, authenticate: Authenticate) {
  const admit = (request: FastifyRequest, ctx: Ctx) => {
    request.ctx = ctx;
    if (mayActAs(ctx.actor.role, needed)) return;
    throw new WhetstoneError('forbidden', `${id} needs the role "${needed}"; this key has "${ctx.actor.role}"`);
  };
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    request.operation = id;
    try {
      const ctx = authenticate(request.headers.authorization);
      if (ctx instanceof Promise) return void ctx.then((known) => admit(request, known)).then(() => done(), done);
      admit(request, ctx);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
}

/** Collects what was sent in path, query and body into the one input of the operation. */
function inputReader(op: Operation): (request: FastifyRequest) => unknown {
  const names = pathKeys(op.path);
  const readQuery = queryReader(op);
  return (request) => {
    const params = request.params as Record<string, string>;
    const sent = hasBody(op) ? bodyOf(request.body) : readQuery(request.query as Record<string, string>);
    for (const name of names) {
      if (Object.hasOwn(sent, name) && hasBody(op) && sent[name] !== params[name]) {
        throw invalidField(name, `differs from the path, where it is "${params[name]}"`);
      }
      sent[name] = params[name];
    }
    return sent;
  };
}

function bodyOf(body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidField('body', 'expected a JSON object');
  return body as Record<string, unknown>;
}

interface OnceCall {
  id: string;
  op: Operation;
  read: (request: FastifyRequest) => unknown;
  handle: AnyHandler;
  border: Border;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function answerOnce({ id, op, read, handle, border, request, reply }: OnceCall) {
  const ctx = request.ctx!;
  const input = parseInput(op.input, read(request));
  const key = request.headers['idempotency-key'];
  if (key === undefined) return send(request, reply, op, await handle(ctx, input));
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidField('Idempotency-Key', 'expected 1 to 255 visible ASCII characters, such as a UUID');
  }
  const status = op.status ?? 200;
  const { json, replayed } = await border.applyOnce(ctx, { key, operation: id, input, status }, async (inner) =>
    JSON.stringify(op.output.parse(await handle(inner, input))),
  );
  if (replayed) reply.header('idempotency-replayed', 'true');
  return sendJson(reply.code(status), json);
}

/** Answers are held to the schema, so that a column nobody promised never leaves. */
function send(request: FastifyRequest, reply: FastifyReply, op: Operation, answer: unknown) {
  if (!(answer instanceof Prepared))
    return sendJson(reply.code(op.status ?? 200), JSON.stringify(op.output.parse(answer)));
  reply.header('etag', answer.etag).header('cache-control', 'no-cache');
  if (matches(request.headers['if-none-match'], answer.etag)) return reply.code(304).send();
  return sendJson(reply, answer.json);
}

const sendJson = (reply: FastifyReply, json: string) =>
  reply.header('content-type', 'application/json; charset=utf-8').send(json);

const matches = (header: string | undefined, etag: string) =>
  header !== undefined &&
  (header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag));
