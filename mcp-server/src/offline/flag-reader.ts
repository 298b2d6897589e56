import { evaluate, unitOf, type CompiledRuleset } from '@whetstone/shared/flags';
import type { FlagAnswer, FlagContext, FlagErrorCode } from '../flag-answer.ts';
import type { Clock } from './clock.ts';
import type { Defaults } from './defaults-file.ts';
import type { Expose } from './exposures.ts';
import { flagDocuments } from './flag-documents.ts';
import type { FeedHealth, RulesetFeed } from './ruleset-feed.ts';
import type { RulesetView } from './ruleset-view.ts';
import type { FlagChanges } from './ruleset-watch.ts';
import type { Assignments } from './sticky/assignments.ts';

export interface Wish {
  /** What to answer when no flag decides; a served value of another JSON type is then a mismatch. `null` fits any type. */
  default?: unknown;
  /** The caller takes whatever type the flag serves. */
  anyType?: boolean;
  /** Adds the rule trace and what would change the answer. */
  explain?: boolean;
  /** Aborted, the answer comes at once, from what is known by then. */
  signal?: AbortSignal | undefined;
}

export interface ReaderStatus extends RulesetView, FeedHealth {
  /** Whether there are rules to answer by, however old; else every answer is `PROVIDER_NOT_READY`. */
  ready: boolean;
  defaultsProblem: string | undefined;
  /** Why first answers of sticky splits may be forgotten. */
  stickyProblem: string | undefined;
}

export interface FlagCatalog extends Omit<RulesetView, 'ruleset'> {
  /** By key, as the server sent them. */
  documents: ReturnType<typeof flagDocuments>;
  /** Whether any ruleset is at hand; without one, no flag can be said not to exist. */
  isKnown: boolean;
}

/** Answers flags on this machine: never throws, and waits for the cloud only in its first use and after a sleep. */
export interface FlagReader {
  answer(key: string, context: FlagContext, wish?: Wish): Promise<FlagAnswer>;
  /** The flags themselves, for those who want to look at them. */
  catalog(signal?: AbortSignal): Promise<FlagCatalog>;
  /** Asks the cloud first. Aborted, it answers at once. */
  status(signal?: AbortSignal): Promise<ReaderStatus>;
  /** Has changes told of as they come; answers how to stop it. */
  watch(tell: (changes: FlagChanges) => void): () => void;
  /** Begins to load, so that the first answer need not. */
  warmUp(): void;
  close(): Promise<void>;
}

export interface ReaderDependencies {
  feed: RulesetFeed;
  /** Read when first needed. */
  defaults: () => Promise<Pick<Defaults, 'flags' | 'problem'>>;
  clock: Clock;
  /** Told of every evaluation that a caller is served. */
  expose: Expose;
  sticky: Assignments;
}

export function flagReader({ feed, defaults, clock, expose, sticky }: ReaderDependencies): FlagReader {
  async function fallbackOf(key: string, wanted: unknown) {
    if (wanted !== undefined) return { value: wanted };
    const { flags, problem } = await defaults();
    return { value: flags.has(key) ? flags.get(key) : false, problem };
  }

  async function byDefault(key: string, wish: Wish, errorCode: FlagErrorCode, reasons: (string | undefined)[]) {
    const { value, problem } = await fallbackOf(key, wish.default);
    const degradedReason = [...reasons, problem].filter(Boolean).join(' ');
    const why = { reason: 'ERROR', errorCode, source: 'default', degradedReason } as const;
    return { key, enabled: Boolean(value), value, ...why };
  }

  /** Not among the flags: because nobody made it, or because a newer server describes it in a way we cannot read. */
  function unknown(key: string, wish: Wish, unreadable: string | undefined, degraded: string | undefined) {
    if (!unreadable) return byDefault(key, wish, 'FLAG_NOT_FOUND', [`No flag is called "${key}".`, degraded]);
    const reason = `"${key}" cannot be read by this version of whetstone-mcp (${unreadable}); update it.`;
    return byDefault(key, wish, 'PARSE_ERROR', [reason, degraded]);
  }

  /** Waits for the disk where a sticky split would answer for the first time: another process may have been first. */
  async function evaluateSticky(
    ruleset: CompiledRuleset,
    key: string,
    context: FlagContext,
    options: { nowMs: number; explain: boolean },
  ) {
    const evaluated = evaluate(ruleset, key, context, { ...options, assigned: sticky.of });
    if (!evaluated?.sticky) return evaluated;
    await sticky.refresh();
    return evaluate(ruleset, key, context, { ...options, assigned: sticky.of });
  }

  return {
    async answer(key, context, wish = {}): Promise<FlagAnswer> {
      const { ruleset, ...view } = await feed.view(wish.signal);
      if (!ruleset) return byDefault(key, wish, 'PROVIDER_NOT_READY', [view.degradedReason]);
      const nowMs = clock.wallMs();
      const evaluated = await evaluateSticky(ruleset, key, context, { nowMs, explain: wish.explain === true });
      if (!evaluated) return unknown(key, wish, ruleset.unreadable.get(key), view.degradedReason);
      const { sticky: firstAnswers = [], ...evaluation } = evaluated;
      const mismatch = mismatchOf(evaluation.value, wish);
      if (mismatch) return byDefault(key, wish, 'TYPE_MISMATCH', [`"${key}" ${mismatch}.`, view.degradedReason]);
      // Who gave up was not served.
      if (!wish.signal?.aborted) {
        firstAnswers.forEach(sticky.keep);
        expose(evaluation, context, unitOf(ruleset, evaluation, context, nowMs));
      }
      return { ...evaluation, ...view };
    },

    async catalog(signal) {
      const { ruleset, ...view } = await feed.view(signal);
      return { documents: flagDocuments(feed.document()), isKnown: ruleset !== undefined, ...view };
    },

    async status(signal) {
      await feed.refresh(signal);
      const view = await feed.view(signal);
      return {
        ...view,
        ...feed.health(),
        ready: view.ruleset !== undefined,
        defaultsProblem: (await defaults()).problem,
        stickyProblem: sticky.problem(),
      };
    },

    watch: (tell) => feed.watch(tell),
    warmUp: () => feed.warmUp(),
    async close() {
      await Promise.all([feed.close(), sticky.settled()]);
    },
  };
}

function mismatchOf(value: unknown, { default: wanted, anyType }: Wish) {
  if (anyType || wanted === undefined || wanted === null || typeName(value) === typeName(wanted)) return undefined;
  return `serves ${typeName(value)}, but the default is ${typeName(wanted)}`;
}

function typeName(value: unknown) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
