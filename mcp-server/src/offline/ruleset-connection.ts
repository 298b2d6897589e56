import type { Origin } from '../config.ts';
import { attemptOf, type Attempt } from './attempt.ts';
import { afterFailure, closedBreaker, mayTry } from './breaker.ts';
import { elapsedMs, momentOf, type Clock, type Moment } from './clock.ts';
import { openLink, silenceMs, type Beginning, type Link } from './ruleset-link.ts';
import type { RulesetMemory } from './ruleset-memory.ts';
import type { RulesetFailure } from './ruleset-request.ts';
import type { Transport } from './transport/transport.ts';

/** Without a stream: a use this long after the last confirmation asks the cloud again. */
const refreshAfterMs = 1_000;
/** Without a stream: how long until one is tried again; up to twice that, so that clients do not try together. */
const streamAgainAfterMs = 300_000;

/** What there is of a connection to the cloud: an attempt, a stream, or a pause before the next attempt. */
export interface RulesetConnection {
  /** Whether a use should ask now. */
  isDue(): boolean;
  /** Joins the attempt under way or begins one, even in a pause; nothing while a stream is heard. */
  ask(): Attempt | undefined;
  attempt(): Attempt | undefined;
  /** Whether a stream is being listened to. */
  isLive(): boolean;
  /** Of the last attempt. */
  failure(): RulesetFailure | undefined;
  /** Null until the cloud was asked. */
  reachable(): boolean | null;
  close(): void;
}

interface Parts {
  origin: Origin;
  memory: RulesetMemory;
  transport: Transport;
  clock: Clock;
  random: () => number;
  /** An attempt is over, or a stream. */
  onTurn: () => void;
}

export function rulesetConnection({ origin, memory, transport, clock, random, onTurn }: Parts): RulesetConnection {
  let breaker = closedBreaker;
  let failure: RulesetFailure | undefined;
  let reachable: boolean | null = null;
  let attempt: Attempt | undefined;
  let opening: Link | undefined;
  let live: { link: Link; since: Moment } | undefined;
  let mayResume = true;
  let noStream: { since: Moment; forMs: number } | undefined;
  let cancelRetry = () => {};
  let isClosed = false;

  function begin() {
    cancelRetry();
    live?.link.close();
    live = undefined;
    const mayStream = !noStream || elapsedMs(noStream.since, clock) >= noStream.forMs;
    const link = openLink({ origin, memory, transport, clock, mayStream, mayResume });
    opening = link;
    const over = link.begun.then((beginning) => {
      settle(beginning, link, mayStream);
      onTurn();
    });
    return attemptOf(link, over, clock);
  }

  function settle(beginning: Beginning, link: Link, mayStream: boolean) {
    attempt = opening = undefined;
    if (beginning.kind === 'closed') return;
    if (beginning.kind === 'failed') return fail(beginning);
    reachable = true;
    failure = undefined;
    mayResume = true;
    if (beginning.kind === 'polled') {
      breaker = closedBreaker;
      if (mayStream) noStream = { since: momentOf(clock), forMs: streamAgainAfterMs * (1 + random()) };
      return;
    }
    noStream = undefined;
    breaker = { ...breaker, openSince: undefined };
    live = { link, since: momentOf(clock) };
    void link.dropped.then((how) => {
      lose(how);
      onTurn();
    });
  }

  function fail(problem: RulesetFailure) {
    failure = problem;
    reachable = problem.reachable;
    pause(problem.retryAfterMs);
  }

  /** A lost stream is no failure yet: what it last confirmed stays current for the time that a poll would. */
  function lose(how: Awaited<Link['dropped']>) {
    // One that breaks again and again right after it began must not be taken for recovered each time.
    if (live && elapsedMs(live.since, clock) >= silenceMs) breaker = closedBreaker;
    live = undefined;
    if (how.kind === 'garbled') {
      mayResume = false;
      failure = { kind: 'failed', problem: `The stream of ${origin.url} ${astray}`, reachable: true };
    }
    pause(how.kind === 'dropped' ? how.retryAfterMs : undefined);
  }

  function pause(leastMs: number | undefined) {
    breaker = afterFailure(breaker, { clock, random, leastMs });
    cancelRetry();
    // On nobody's behalf, so that nobody can call it off.
    cancelRetry = clock.after(breaker.pauseMs, () => ask()?.keep());
  }

  function ask() {
    if (isClosed || (live && !live.link.isSilent())) return undefined;
    return (attempt ??= begin());
  }

  return {
    isDue() {
      if (live) return live.link.isSilent();
      if (!mayTry(breaker, clock)) return false;
      const known = memory.confirmedHere() ? memory.known() : undefined;
      return !noStream || !known || elapsedMs(known.confirmedAt, clock) >= refreshAfterMs;
    },
    ask,
    attempt: () => attempt,
    isLive: () => live !== undefined,
    failure: () => failure,
    reachable: () => reachable,
    close() {
      isClosed = true;
      cancelRetry();
      opening?.close();
      live?.link.close();
    },
  };
}

const astray = 'lost its place; all rules are being read again.';
