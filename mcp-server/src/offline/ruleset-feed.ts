import { compileRuleset, type CompiledRuleset } from '@whetstone/shared/flags';
import type { Origin } from '../config.ts';
import { elapsedMs, firstOf, momentAt, momentOf, type Clock, type Moment } from './clock.ts';
import { retryDelayMs } from './retry-pace.ts';
import { requestRuleset, unreadable, type RulesetFailure, type RulesetReply } from './ruleset-request.ts';
import type { RulesetStore } from './ruleset-store.ts';
import { currentForMs, viewOf, type RulesetView } from './ruleset-view.ts';

/** A use this long after the last confirmation asks the cloud again. */
const refreshAfterMs = 1_000;
/** Of one refresh, connection to last byte; also what the first use waits when nothing is on disk. */
const deadlineMs = 2_000;
/**
 * What a use waits when all we have is a memory, but nothing says that the cloud is away: the first use of a process, which
 * would else answer as of its previous run, and one after a rest, which would else miss a switch thrown meanwhile.
 */
const shortLookMs = 400;
/** How often a mere confirmation is written down: the file may understate freshness by this much, never overstate it. */
const rewriteAfterMs = 10_000;

/** Keeps one ruleset: what the cloud says, else what the disk remembers. Using it keeps it fresh; idle, it does nothing. */
export interface RulesetFeed {
  /** Waits in its first use and after a rest; in steady use it answers from memory and refreshes behind the answer. */
  view(): Promise<RulesetView>;
  /** Asks the cloud now, whatever happened before, and waits for the outcome. */
  refresh(): Promise<void>;
  health(): FeedHealth;
  /** Ends what is under way; resolves when the disk is at rest. */
  close(): Promise<void>;
}

export interface FeedHealth {
  /** Null until the cloud was asked. */
  reachable: boolean | null;
  lastError: string | undefined;
  storeProblem: string | undefined;
}

export interface FeedDependencies {
  /** Absent, with an `obstacle`, when nothing can ever be known. */
  origin: Origin | undefined;
  /** Why the cloud must not be asked. */
  obstacle: string | undefined;
  store: RulesetStore | undefined;
  fetch: typeof fetch;
  clock: Clock;
  random: () => number;
}

interface Known {
  ruleset: CompiledRuleset;
  document: unknown;
  etag?: string | undefined;
  confirmedAt: Moment;
}

export function followRuleset({ origin, obstacle, store, fetch, clock, random }: FeedDependencies): RulesetFeed {
  let known: Known | undefined;
  let confirmedHere = false;
  let reachable: boolean | null = null;
  let failure: RulesetFailure | undefined;
  let failures = 0;
  let pause: { since: Moment; delayMs: number } | undefined;
  let opening: Promise<void> | undefined;
  let refreshing: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let writtenAt: Moment | undefined;
  let storeProblem: string | undefined;
  const closed = new AbortController();

  const open = () => (opening ??= recall().then(() => firstOf(refresh(), known ? shortLookMs : deadlineMs, clock)));

  async function recall() {
    const { stored, problem } = (await store?.read()) ?? {};
    storeProblem = problem;
    const ruleset = stored && compileRuleset(stored.document);
    if (ruleset) known = { ...stored, ruleset, confirmedAt: momentAt(stored.confirmedAtMs, clock) };
    else if (stored) storeProblem = 'the ruleset in the state directory cannot be understood and was ignored';
  }

  function refresh() {
    if (!origin || obstacle || closed.signal.aborted) return Promise.resolve();
    refreshing ??= ask(origin).finally(() => (refreshing = undefined));
    return refreshing;
  }

  async function ask(origin: Origin) {
    const deadline = new AbortController();
    const cancel = clock.after(deadlineMs, () => deadline.abort(new DOMException('too slow', 'TimeoutError')));
    const signal = AbortSignal.any([deadline.signal, closed.signal]);
    const reply = await requestRuleset({ origin, etag: known?.etag, fetch, signal });
    cancel();
    if (!closed.signal.aborted) accept(reply, origin);
  }

  function accept(reply: RulesetReply, { url }: Origin) {
    if (reply.kind === 'failed') return fail(reply);
    if (reply.kind === 'unchanged') return known ? confirm(known) : fail(unreadable(url));
    const ruleset = compileRuleset(reply.document, known?.ruleset);
    if (!ruleset) return fail(unreadable(url));
    writtenAt = undefined;
    confirm({ ...reply, ruleset });
  }

  function confirm(current: Omit<Known, 'confirmedAt'>) {
    known = { ...current, confirmedAt: momentOf(clock) };
    confirmedHere = reachable = true;
    failure = pause = undefined;
    failures = 0;
    if (!writtenAt || elapsedMs(writtenAt, clock) >= rewriteAfterMs) remember(known);
  }

  function fail(problem: RulesetFailure) {
    failure = problem;
    reachable = problem.reachable;
    failures += 1;
    pause = { since: momentOf(clock), delayMs: retryDelayMs(failures, random, problem.retryAfterMs) };
  }

  function remember({ document, etag, confirmedAt }: Known) {
    writtenAt = confirmedAt;
    writing = writing.then(async () => {
      storeProblem = await store?.write({ document, etag, confirmedAtMs: confirmedAt.wallMs });
    });
  }

  function isDue() {
    if (pause) return elapsedMs(pause.since, clock) >= pause.delayMs;
    return !known || elapsedMs(known.confirmedAt, clock) >= refreshAfterMs;
  }

  /** Not so after a failure: a cloud that is away may cost one look, never one per call. */
  const hasRested = () => known && confirmedHere && !failure && elapsedMs(known.confirmedAt, clock) > currentForMs;

  return {
    async view() {
      await open();
      if (isDue()) {
        const answered = refresh();
        if (hasRested()) await firstOf(answered, shortLookMs, clock);
      }
      return viewOf({
        ruleset: known?.ruleset,
        ageMs: known ? Math.round(elapsedMs(known.confirmedAt, clock)) : 0,
        confirmedHere,
        problem: obstacle ?? failure?.problem,
      });
    },

    async refresh() {
      const isFirst = !opening;
      await open();
      await (isFirst ? refreshing : refresh());
    },

    health: () => ({ reachable, lastError: failure?.problem, storeProblem }),

    async close() {
      closed.abort();
      await writing;
    },
  };
}
