import { afterFailure, closedBreaker, mayTry } from './breaker.ts';
import { firstOf, type Clock } from './clock.ts';
import type { AskCloud, CloudReply } from './cloud-call.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** What there is to a question: the cloud's answer, what it said before, nothing at all, or its no. */
export type LastAnswer =
  | { kind: 'cloud'; body: Record<string, unknown> }
  | { kind: 'cache'; body: Record<string, unknown>; ageMs: number; degradedReason: string }
  | { kind: 'default'; degradedReason: string }
  | { kind: 'refused'; why: string };

/** Reads that outlast the cloud: what it said last to the same question stands in for it. */
export interface LastAnswers {
  /** `path` with its query is the question. */
  read(path: string, signal?: AbortSignal): Promise<LastAnswer>;
  /** For who must not wait: after a second what it said last, while the question goes on for the next who asks it. */
  glance(path: string, signal?: AbortSignal): Promise<LastAnswer>;
  /**
   * The cloud alone, for so long; `away` at once while it is known to be. For who has something else to answer by. With a body it
   * is posted: a question that has no room in an address, not a change.
   */
  attempt(path: string, waitMs: number, signal?: AbortSignal, body?: object): Promise<CloudReply>;
  /** A question that must reach the cloud. */
  ask: AskCloud;
}

interface Dependencies {
  ask: AskCloud;
  snapshots: Snapshots;
  clock: Clock;
  random: () => number;
}

/** So long somebody waits for the cloud when there is something else to answer with, and when there is not. */
export const patienceMs = { withSnapshot: 2_000, without: 8_000, glance: 1_000 };

/** Of statuses: it is not the question that is wrong. */
const isPassing = (status: number) => status === 401 || status === 408 || status === 429 || status >= 500;

export function lastAnswers({ ask, snapshots, clock, random }: Dependencies): LastAnswers {
  let breaker = closedBreaker;
  /** Once the breaker has opened, one question at a time finds out whether the cloud is back. */
  let isProbing = false;
  let lastWhy = 'the cloud does not answer';

  async function attempt(path: string, waitMs: number, signal?: AbortSignal, body?: object): Promise<CloudReply> {
    if (!mayTry(breaker, clock) || isProbing) return { kind: 'away', why: lastWhy };
    const before = breaker;
    const isProbe = before.openSince !== undefined;
    if (isProbe) isProbing = true;
    const patience = AbortSignal.timeout(waitMs);
    const reply = await ask({
      method: body ? 'POST' : 'GET',
      path,
      body,
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    })
      .catch((): CloudReply => {
        signal?.throwIfAborted();
        return { kind: 'away', why: `the cloud did not answer within ${waitMs / 1_000} s` };
      })
      .finally(() => isProbe && (isProbing = false));
    if (reply.kind === 'away' || (reply.kind === 'refused' && isPassing(reply.status))) {
      // Of questions that failed side by side the first counts: they tell of one failure.
      if (breaker === before) breaker = afterFailure(before, { clock, random, leastMs: undefined });
      lastWhy = reply.why;
      return { kind: 'away', why: reply.why };
    }
    breaker = closedBreaker;
    return reply;
  }

  const answers: LastAnswers = {
    ask,
    attempt,
    async read(path, signal) {
      const kept = await snapshots.read(path);
      const reply = await attempt(path, kept ? patienceMs.withSnapshot : patienceMs.without, signal);
      if (reply.kind === 'refused') return { kind: 'refused', why: reply.why };
      if (reply.kind === 'answered') {
        await snapshots.write(path, { body: reply.body, savedAtMs: clock.wallMs() });
        return { kind: 'cloud', body: reply.body };
      }
      signal?.throwIfAborted();
      return lastWord(kept, reply.why);
    },

    async glance(path, signal) {
      // Without the signal: who stops waiting leaves the answer to the next.
      let answer: LastAnswer | undefined;
      const asking = answers.read(path).then((given) => void (answer = given));
      await firstOf(asking, patienceMs.glance, clock, signal);
      signal?.throwIfAborted();
      return (
        answer ?? lastWord(await snapshots.read(path), `the cloud did not answer within ${patienceMs.glance / 1_000} s`)
      );
    },
  };
  return answers;

  function lastWord(kept: Snapshot | undefined, sentence: string): LastAnswer {
    const why = sentence.replace(/\.$/, '');
    if (!kept) return { kind: 'default', degradedReason: `${why}, and nothing was kept from before` };
    const ageMs = Math.max(0, clock.wallMs() - kept.savedAtMs);
    return { kind: 'cache', body: kept.body, ageMs, degradedReason: `${why}; this is what it said last` };
  }
}

export interface Provenance {
  source: 'cloud' | 'cache' | 'default';
  ageMs?: number | undefined;
  degradedReason?: string | undefined;
}

/** What every answer says of itself. */
export const provenanceOf = (answer: Exclude<LastAnswer, { kind: 'refused' }>): Provenance =>
  answer.kind === 'cloud'
    ? { source: 'cloud', ageMs: 0 }
    : {
        source: answer.kind,
        ...(answer.kind === 'cache' && { ageMs: answer.ageMs }),
        degradedReason: answer.degradedReason,
      };
