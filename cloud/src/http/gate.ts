import { mayActAs, type Operation, type Role } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ctx } from '../context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where an operation asks for no key. */
    ctx: Ctx | null;
  }
}

/** Who is asking, by what the request shows: a key, or a cookie that stands for one; throws `unauthorized`. */
export type Authenticate = (request: Pick<FastifyRequest, 'method' | 'headers'>) => Ctx | Promise<Ctx>;

type Done = (error?: Error) => void;

/**
 * What happens to a request before its body is read (and, where there is one, again after), since a stranger's bytes are
 * not worth parsing: it gets the name of its operation, its key is looked at, then its role. Without a promise when the key
 * is known, which is the hot path.
 */
export function gate(id: string, needed: Operation['role'], authenticate: Authenticate) {
  const admit = (request: FastifyRequest, ctx: Ctx, role: Role) => {
    request.ctx = ctx;
    holdToRole(id, role, ctx);
  };

  return (request: FastifyRequest, _reply: FastifyReply, done: Done) => {
    request.operation = id;
    if (request.startedMs === 0) request.startedMs = performance.now();
    if (needed === 'public') return done();
    try {
      const ctx = authenticate(request);
      if (ctx instanceof Promise)
        return void ctx.then((known) => admit(request, known, needed)).then(() => done(), done);
      admit(request, ctx, needed);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
}

/** Throws `forbidden` when the key may less than what is asked for. */
export function holdToRole(id: string, needed: Role, { actor }: Ctx) {
  if (mayActAs(actor.role, needed)) return;
  throw new WhetstoneError('forbidden', `${id} needs the role "${needed}"; this key has "${actor.role}"`);
}
