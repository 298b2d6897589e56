import { createHmac, randomBytes } from 'node:crypto';
import { isRecord } from '../json.ts';
import type { AskCloud } from './cloud-call.ts';

/** What tools that change flags work with. */
export interface FlagChanging {
  ask: AskCloud;
  /** Of a text, the same within this process only: who can show it has had it from us. */
  sign: (text: string) => string;
  nowMs: () => number;
  /** Whether the key may change flags: `undefined` when the cloud could not be asked. */
  mayChange: () => Promise<boolean | undefined>;
}

interface Dependencies {
  ask: AskCloud;
  nowMs: () => number;
}

/** A key is asked about again after this; what it may is the cloud's to decide anyway. */
const knownForMs = 60_000;

export function flagChanging({ ask, nowMs }: Dependencies): FlagChanging {
  let secret: Buffer | undefined;
  let known: { may: boolean; atMs: number } | undefined;
  return {
    ask,
    nowMs,
    sign(text) {
      secret ??= randomBytes(32);
      return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 16);
    },
    async mayChange() {
      if (known && nowMs() - known.atMs < knownForMs) return known.may;
      const reply = await ask({ method: 'GET', path: '/api/me', signal: AbortSignal.timeout(askingForMs) }).catch(
        () => undefined,
      );
      if (reply?.kind === 'refused') return false;
      if (reply?.kind !== 'answered') return undefined;
      known = { may: changers.has(roleIn(reply.body)), atMs: nowMs() };
      return known.may;
    },
  };
}

/** A client waits for its list of tools. */
const askingForMs = 1_000;

const changers: ReadonlySet<unknown> = new Set(['editor', 'admin']);

const roleIn = ({ key }: Record<string, unknown>): unknown => (isRecord(key) ? key['role'] : undefined);
