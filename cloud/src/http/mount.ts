import {
  hasBody,
  isDryRun,
  Prepared,
  type Contract,
  type Handlers,
  type Operation,
  type Page,
} from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ctx } from '../context.ts';
import type { togetherOnce } from '../platform/receipts/apply-together.ts';
import { isTogether } from '../platform/together.ts';
import { isStaged } from '../platform/staged.ts';
import type { OnceAnswer, OnceRequest } from '../platform/receipts/apply-once.ts';
import type { Answer } from './answer.ts';
import { names } from './etag.ts';
import { gate, type Authenticate } from './gate.ts';
import { inputReader } from './input.ts';
import { isWorthZipping, zippedOnce } from './zip.ts';

interface Border {
  authenticate: Authenticate;
  applyOnce: (ctx: Ctx, request: OnceRequest, apply: (ctx: Ctx) => Promise<string>) => Promise<OnceAnswer>;
  appliedBefore: (ctx: Ctx, request: OnceRequest) => Promise<OnceAnswer | undefined>;
  applyTogether: ReturnType<typeof togetherOnce>;
  answer: Answer;
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
    const send = sender(op, border.answer);
    const plain = (request: FastifyRequest, reply: FastifyReply, input: unknown) => {
      const result = handle(request.ctx!, input);
      return result instanceof Promise
        ? result.then((ready) => send(request, reply, ready))
        : send(request, reply, result, true);
    };

    const answerOnce = async (ctx: Ctx, wanted: OnceRequest) => {
      if (isTogether(handle)) return border.applyTogether(ctx, wanted, handle, (output) => jsonOf(op, output));
      const before = isStaged(handle) ? await border.appliedBefore(ctx, wanted) : undefined;
      if (before) return before;
      const rest = isStaged(handle) ? await handle.begin(ctx, wanted.input) : (own: Ctx) => handle(own, wanted.input);
      return border.applyOnce(ctx, wanted, async (own) => jsonOf(op, await rest(own)));
    };

    /** The same request under the same key is applied once; see platform/receipts. */
    const once = async (request: FastifyRequest, reply: FastifyReply, input: unknown, key: string) => {
      const wanted = { key, operation: id, input };
      const { json, replayed } = await answerOnce(request.ctx!, wanted);
      if (replayed) reply.header('idempotency-replayed', 'true');
      return send(request, reply, new Prepared(json, undefined));
    };

    app.route({
      method: op.method,
      url: op.path,
      ...(op.maxBytes === undefined ? {} : { bodyLimit: op.maxBytes }),
      onRequest: gate(id, op.role, border.authenticate),
      // Once more when the body is there: a key that was revoked during a slow upload must not write.
      ...(hasBody(op) ? { preHandler: gate(id, op.role, border.authenticate) } : {}),
      handler: (request, reply) => {
        const input = read(request);
        const key = op.idempotent ? idempotencyKeyOf(request) : undefined;
        return key === undefined || isDryRun(input) ? plain(request, reply, input) : once(request, reply, input, key);
      },
    });
  }
}

type AnyHandler = (ctx: Ctx, input: unknown) => unknown;

/** `Handlers` ties each id to the input type of that operation, which a loop over ids cannot express. */
const handlerOf = (handlers: object, id: string) => (handlers as Record<string, AnyHandler>)[id]!;

/** Answers are held to the schema, so that a column nobody promised never leaves. */
const jsonOf = (op: Operation, result: unknown) => JSON.stringify(op.output.parse(result));

const contentType = 'application/json; charset=utf-8';

function sender(op: Operation, answer: Answer) {
  const status = op.status ?? 200;
  // An answer that is kept is large and goes to many: bytes wait once on all connections, a text once on each.
  const known = new WeakMap<Prepared, Buffer>();
  const bytesOf = (kept: Prepared) => {
    const bytes = known.get(kept) ?? Buffer.from(kept.json);
    known.set(kept, bytes);
    return bytes;
  };
  const zipped = zippedOnce();
  return (request: FastifyRequest, reply: FastifyReply, result: unknown, isReadyAtOnce = false) => {
    if (op.lines) {
      const { items, nextCursor } = op.output.parse(result) as Page<unknown>;
      if (nextCursor !== null) reply.header('x-next-cursor', nextCursor);
      const body = items.map((item) => `${JSON.stringify(item)}\n`).join('');
      return answer(request, reply, { status, body, contentType: 'application/jsonl; charset=utf-8', isReadyAtOnce });
    }
    if (!(result instanceof Prepared) || result.etag === undefined) {
      const body = result instanceof Prepared ? result.json : jsonOf(op, result);
      return answer(request, reply, { status, body, contentType, isReadyAtOnce });
    }
    const isZipped = isWorthZipping(request.headers['accept-encoding'], result);
    // A strong ETag is of bytes, and other bytes may not have the same; a weak one is of what they say.
    const etag = isZipped ? `W/${result.etag}` : result.etag;
    reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept-encoding');
    if (names(request.headers['if-none-match'], result.etag))
      return answer(request, reply, { status: 304, body: '', contentType, isReadyAtOnce });
    const leave = (body: Buffer, isReady: boolean) =>
      answer(request, reply, { status, body, contentType, isReadyAtOnce: isReady });
    if (!isZipped) return leave(bytesOf(result), isReadyAtOnce);
    const body = zipped(result);
    reply.header('content-encoding', 'gzip');
    return body instanceof Promise ? body.then((bytes) => leave(bytes, false)) : leave(body, isReadyAtOnce);
  };
}

function idempotencyKeyOf({ headers }: FastifyRequest) {
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) return key;
  throw invalidField('Idempotency-Key', 'expected 1 to 255 visible ASCII characters, such as a UUID');
}
