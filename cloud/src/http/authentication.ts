import { projectHeader } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { IncomingHttpHeaders } from 'node:http';
import type { Ctx } from '../context.ts';
import type { Authenticate } from './gate.ts';
import { holdToSameOrigin } from './same-origin.ts';
import type { SessionCookie, SignedKey } from './session-cookie.ts';

export interface Keys {
  /** By the `authorization` header; throws `unauthorized`. */
  authenticate: (header: string | undefined) => Ctx | Promise<Ctx>;
  /** Of a key that was shown before; throws `unauthorized` when it would not open this project any more. */
  admitSigned: (key: Pick<SignedKey, 'selector' | 'projectId'>) => Ctx | Promise<Ctx>;
}

export interface Sessions {
  cookie: SessionCookie;
  clock: () => number;
  publicUrl: string | undefined;
}

/** A program shows its key with each request; a browser has shown it before and sends the cookie it was given for it. */
export function authentication(keys: Keys, { cookie, clock, publicUrl }: Sessions): Authenticate {
  return (request) => {
    const { headers } = request;
    if (headers.authorization !== undefined || headers.cookie === undefined)
      return keys.authenticate(headers.authorization);
    const signed = cookie.read(headers.cookie, clock());
    if (signed.length === 0) return keys.authenticate(undefined);
    holdToSameOrigin(request, publicUrl);
    return keys.admitSigned(keyFor(headers, signed));
  };
}

/** With keys of several projects each request says which it means: a guess could write into the wrong one. */
function keyFor(headers: IncomingHttpHeaders, signed: SignedKey[]): SignedKey {
  const projectId = headers[projectHeader];
  if (projectId === undefined && signed.length === 1) return signed[0]!;
  if (typeof projectId !== 'string')
    throw invalidField(projectHeader, `this browser is signed in to ${signed.length} projects; name one by its id`);
  const key = signed.find((each) => each.projectId === projectId);
  if (!key) throw new WhetstoneError('unauthorized', 'this browser is not signed in to that project; sign in again');
  return key;
}
