import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** A key that somebody has shown in this browser. Its secret is not kept: the signature stands for it. */
export interface SignedKey {
  projectId: string;
  selector: string;
  signedInAtMs: number;
}

export interface SessionCookie {
  name: string;
  /** The keys in a `cookie` header that were signed here and whose time is not over; none when there are none. */
  read: (header: string | undefined, nowMs: number) => SignedKey[];
  /** A `set-cookie` header that holds these keys; with none of them it takes the cookie away. */
  write: (keys: SignedKey[], nowMs: number) => string;
}

/** From the moment a key was shown, whatever happens meanwhile. */
export const sessionMs = 12 * 3_600_000;

/** More would not fit into the 4 KiB that a cookie may have. */
const maxKeys = 20;

const Payload = z.array(
  z.tuple([z.uuid(), z.string(), z.int()]).transform(([projectId, selector, signedInAtMs]) => ({
    projectId,
    selector,
    signedInAtMs,
  })),
);

interface Options {
  secret: string;
  /** Whether browsers reach the server by https alone. */
  isSecure: boolean;
}

export function sessionCookie({ secret, isSecure }: Options): SessionCookie {
  // Cookies do not tell ports apart: two servers on one machine must not take each other's sessions away.
  const own = createHash('sha256').update(`whetstone cookie name\n${secret}`).digest('hex').slice(0, 8);
  const name = `${isSecure ? '__Host-' : ''}whetstone-${own}`;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const signatureOf = (payload: string) =>
    createHmac('sha256', secret).update(`whetstone session 1\n${payload}`).digest('base64url');

  return {
    name,

    read(header, nowMs) {
      // Another port of this machine may have set one of the same name, which browsers may send first.
      const payload = valuesOf(header, name)
        .map((value) => value.split('.'))
        .find(([text = '', signature = '']) => isSame(signature, signatureOf(text)))?.[0];
      if (payload === undefined) return [];
      const keys = Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      return keys.filter(({ signedInAtMs }) => nowMs < signedInAtMs + sessionMs);
    },

    write(keys, nowMs) {
      if (keys.length === 0) return `${name}=; ${attributes}; Max-Age=0`;
      const kept = keys.slice(0, maxKeys);
      const entries = kept.map(({ projectId, selector, signedInAtMs }) => [projectId, selector, signedInAtMs]);
      const payload = Buffer.from(JSON.stringify(entries)).toString('base64url');
      const endsAtMs = Math.max(...kept.map(({ signedInAtMs }) => signedInAtMs)) + sessionMs;
      const maxAgeS = Math.ceil((endsAtMs - nowMs) / 1_000);
      return `${name}=${payload}.${signatureOf(payload)}; ${attributes}; Max-Age=${maxAgeS}`;
    },
  };
}

function valuesOf(header: string | undefined, name: string): string[] {
  const start = `${name}=`;
  const pairs = header?.split(';').map((each) => each.trim()) ?? [];
  return pairs.filter((each) => each.startsWith(start)).map((pair) => pair.slice(start.length));
}

function isSame(given: string, right: string) {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
