import type { Origin } from '../config.ts';
import { elapsedMs, type Clock } from './clock.ts';
import { changesBetween } from './ruleset-changes.ts';
import { rulesetConnection } from './ruleset-connection.ts';
import { silenceMs } from './ruleset-link.ts';
import { rulesetMemory } from './ruleset-memory.ts';
import type { RulesetStore } from './ruleset-store.ts';
import { polledForMs, viewOf, type RulesetView } from './ruleset-view.ts';
import { rulesetWatch, type FlagChanges } from './ruleset-watch.ts';
import type { Transport } from './transport/transport.ts';

/** What the first use waits when nothing is on disk, and whoever asks for the state of things. */
const longLookMs = 2_000;
/**
 * What a use waits when all we have is a memory, but nothing says that the cloud is away: the first use of a process, which
 * would else answer as of its previous run, and one after the machine slept, which would else miss a switch thrown meanwhile.
 */
const shortLookMs = 400;
/** Who wants to hear of changes needs a connection, though less urgently than who asks for an answer. */
const connectWatchersAfterMs = 1_000;

/** Keeps one ruleset: what the cloud says, else what the disk remembers. Its first use connects; nothing happens before. */
export interface RulesetFeed {
  /** Waits in its first use and after a sleep of the machine, and then briefly; in steady use it answers from memory. */
  view(signal?: AbortSignal): Promise<RulesetView>;
  /** Asks the cloud now unless it is being listened to, whatever happened before, and waits for the outcome. */
  refresh(signal?: AbortSignal): Promise<void>;
  /** Connects without anybody waiting. */
  warmUp(): void;
  health(): FeedHealth;
  /** The ruleset at hand as the server sent it. */
  document(): unknown;
  /** Has what differs from now on told of, and what becomes of the connection; answers how to stop it. */
  watch(tell: (changes: FlagChanges) => void): () => void;
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
  transport: Transport;
  clock: Clock;
  random: () => number;
}

export function followRuleset({ origin, obstacle, store, transport, clock, random }: FeedDependencies): RulesetFeed {
  const watchers = rulesetWatch(clock);
  const memory = rulesetMemory({
    store,
    clock,
    onHeld(now, before) {
      if (!watchers.isWatched()) return;
      const changes = changesBetween(before, now);
      if (changes.keys.length > 0 || now.revision !== before?.revision) watchers.note(changes);
    },
  });
  const isOnline = origin !== undefined && obstacle === undefined;
  const connection = isOnline ? rulesetConnection({ origin, memory, transport, clock, random, onTurn }) : undefined;
  let told: string | undefined;

  /** Whether the cloud is there, and what is wrong; not that a stream broke off and is there again. */
  function onTurn() {
    const state = JSON.stringify([connection?.reachable(), connection?.failure()?.problem]);
    if (state !== told) watchers.note({ keys: [], isListChanged: false });
    told = state;
  }

  function warmUp() {
    void memory.recall().then(() => connection?.isDue() && connection.ask()?.keep());
  }

  const ageMs = () => {
    const known = memory.known();
    return known ? elapsedMs(known.confirmedAt, clock) : 0;
  };

  /** After a failure nobody waits: a cloud that is away may cost one look, never one per call. */
  function lookMs() {
    if (connection?.failure()) return 0;
    if (!memory.known()) return longLookMs;
    return memory.confirmedHere() && ageMs() <= polledForMs ? 0 : shortLookMs;
  }

  function currentForMs() {
    if (!memory.confirmedHere()) return 0;
    return connection?.isLive() ? silenceMs : polledForMs;
  }

  /** Not a failure yet, but worth a sentence. */
  function slowness() {
    const attempt = connection?.attempt();
    if (!origin || !attempt || elapsedMs(attempt.startedAt, clock) < shortLookMs) return undefined;
    return `${origin.url} has not answered yet; it is still being waited for. If that stays so, check WHETSTONE_URL, the network and the server.`;
  }

  function pending() {
    if (!origin || !connection?.isLive()) return slowness();
    return `${origin.url} is connected but cannot confirm the rules at the moment; see its log.`;
  }

  return {
    async view(signal) {
      await memory.recall();
      const attempt = connection?.isDue() ? connection.ask() : connection?.attempt();
      await attempt?.wait(lookMs() - elapsedMs(attempt.startedAt, clock), signal);
      memory.keep();
      return viewOf({
        ruleset: memory.known()?.ruleset,
        ageMs: Math.round(ageMs()),
        currentForMs: currentForMs(),
        problem: obstacle ?? connection?.failure()?.problem,
        pending: pending(),
      });
    },

    async refresh(signal) {
      await memory.recall();
      await connection?.ask()?.wait(longLookMs, signal);
    },

    warmUp,

    watch(tell) {
      const unwatch = watchers.watch(tell);
      const cancel = clock.after(connectWatchersAfterMs, warmUp);
      return () => {
        cancel();
        unwatch();
      };
    },

    document: () => memory.known()?.document,
    health: () => ({
      reachable: connection?.reachable() ?? null,
      lastError: connection?.failure()?.problem ?? slowness(),
      storeProblem: memory.storeProblem(),
    }),

    async close() {
      watchers.close();
      connection?.close();
      await memory.settled();
    },
  };
}
