import { parseInput, Session, SignIn, SignOut } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ctx } from '../context.ts';
import type { Answer } from './answer.ts';
import type { Keys, Sessions } from './authentication.ts';
import { holdToSameOrigin } from './same-origin.ts';
import { sessionMs, type SignedKey } from './session-cookie.ts';

interface Border extends Keys, Sessions {
  /** Whom a key lets in, for people. */
  describe: (ctx: Ctx) => Promise<Omit<Session['projects'][number], 'endsAt'>>;
  answer: Answer;
}

/**
 * Signing in and out, for browsers alone: a key is shown once and a cookie that no script can read stands for it. Written
 * by hand beside the registry, since an operation sets no cookie.
 */
export function sessionRoutes(app: FastifyInstance, border: Border) {
  const { cookie, clock, publicUrl, authenticate, admitSigned, describe, answer } = border;
  const signedIn = (request: FastifyRequest) => cookie.read(request.headers.cookie, clock());

  /** Answers with the keys that still work, and has the browser keep these alone. */
  async function settle(request: FastifyRequest, reply: FastifyReply, keys: SignedKey[]) {
    const projects = await Promise.all(keys.map((key) => projectOf(key)));
    const working = keys.filter((_, index) => projects[index] !== undefined);
    const session: Session = { projects: projects.filter((project) => project !== undefined) };
    reply.header('cache-control', 'no-store');
    if (request.headers.cookie !== undefined || working.length > 0)
      reply.header('set-cookie', cookie.write(working, clock()));
    const body = JSON.stringify(Session.parse(session));
    return answer(request, reply, { status: 200, body, contentType: 'application/json; charset=utf-8' });
  }

  async function projectOf(key: SignedKey): Promise<Session['projects'][number] | undefined> {
    try {
      const described = await describe(await admitSigned(key));
      return { ...described, endsAt: new Date(key.signedInAtMs + sessionMs).toISOString() };
    } catch (error) {
      if (error instanceof WhetstoneError && error.code === 'unauthorized') return undefined;
      throw error;
    }
  }

  /** Named and timed like an operation, and held to our own pages, even before there is a cookie to guard. */
  const begins = (operation: string) => async (request: FastifyRequest) => {
    request.operation = operation;
    request.startedMs = performance.now();
    holdToSameOrigin(request, publicUrl);
  };

  app.get('/auth/session', { onRequest: begins('readSession') }, async (request, reply) =>
    settle(request, reply, signedIn(request)),
  );

  app.post('/auth/key', { onRequest: begins('signIn') }, async (request, reply) => {
    const { key } = parseInput(SignIn, request.body);
    const { projectId, actor } = await authenticate(`Bearer ${key}`);
    const fresh = { projectId, selector: actor.selector, signedInAtMs: clock() };
    const others = signedIn(request).filter((held) => held.projectId !== projectId);
    return settle(request, reply, [fresh, ...others]);
  });

  app.post('/auth/logout', { onRequest: begins('signOut') }, async (request, reply) => {
    const { projectId } = parseInput(SignOut, request.body);
    const others = signedIn(request).filter((held) => projectId !== undefined && held.projectId !== projectId);
    return settle(request, reply, others);
  });
}
