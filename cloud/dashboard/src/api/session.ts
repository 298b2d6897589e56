import { Session, type SignIn, type SignOut } from '@whetstone/shared/contract';
import { isErrorCode, WhetstoneError } from '@whetstone/shared/errors';

export type SignedInProject = Session['projects'][number];

/** The projects this browser is signed in to; throws `WhetstoneError`. */
export const readSession = () => call('GET', '/auth/session');

/** Adds the key's project to those this browser is signed in to; the answer names it first. */
export const signIn = (input: SignIn) => call('POST', '/auth/key', input);

export const signOut = (input: SignOut = {}) => call('POST', '/auth/logout', input);

async function call(method: string, path: string, input?: object): Promise<Session> {
  const { ok, body } = await send(method, path, input);
  if (ok) return Session.parse(body);
  const { code, detail, requestId } = body as Record<string, unknown>;
  throw new WhetstoneError(isErrorCode(code) ? code : 'internal', String(detail), { extra: { requestId } });
}

async function send(method: string, path: string, input: object | undefined) {
  try {
    const answer = await fetch(path, {
      method,
      ...(input && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
    });
    return { ok: answer.ok, body: (await answer.json()) as unknown };
  } catch (cause) {
    throw new WhetstoneError('unavailable', 'the server does not answer', { cause });
  }
}
