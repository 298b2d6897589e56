import { Prepared, type Ruleset } from '@whetstone/shared/contract';
import { compileRuleset, type CompiledRuleset } from '@whetstone/shared/flags';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { flagView } from './flag-view.ts';
import { turningPoints } from './ofrep/turning-points.ts';
import { usesSticky } from './ofrep/uses-sticky.ts';
import { flagRepository } from './repository.ts';
import { segmentView } from './segments/segment-view.ts';

export interface LoadedRuleset {
  compiled: CompiledRuleset;
  /** As `GET /api/flags/ruleset` answers it. */
  answer: Prepared;
  /** The place in the project's log up to which it knows everything. */
  head: number;
  /** When answers may change though no flag does; see turningPoints. */
  turningPoints: readonly number[];
  /** Whether answers may depend on what is kept of earlier ones. */
  usesSticky: boolean;
}

interface Options {
  database: Pick<Database, 'asProject'>;
  clock: () => number;
  events: Pick<Events, 'isCurrent' | 'track'>;
}

interface Held {
  ruleset: LoadedRuleset;
  loadedAtMs: number;
}

/** The compiled rulesets of the projects in use. A change drops the project's; the next question loads it once for all. */
export function rulesetCache({ database, clock, events }: Options) {
  const held = new LRUCache<string, Held>({ max: 1_000 });
  // Kept across invalidations, so that only the flags that changed are compiled again.
  const previous = new LRUCache<string, CompiledRuleset>({ max: 1_000 });
  const loading = new Map<string, Promise<LoadedRuleset>>();

  async function read(projectId: string): Promise<LoadedRuleset> {
    events.track(projectId);
    const { revision, head, flags, segments } = await database.asProject(projectId, flagRepository.ruleset);
    const ruleset: Ruleset = { revision, flags: flags.map(flagView), segments: segments.map(segmentView) };
    const compiled = compileRuleset(ruleset, previous.get(projectId));
    if (!compiled) throw new Error(`the ruleset of project ${projectId} cannot be read`);
    previous.set(projectId, compiled);
    const answer = new Prepared(JSON.stringify(ruleset), `"${projectId}.${revision}"`);
    const { flags: documents } = ruleset;
    return {
      compiled,
      answer,
      head,
      turningPoints: turningPoints(documents),
      usesSticky: documents.some(usesSticky),
    };
  }

  function load(projectId: string) {
    const loadedAtMs = clock();
    const promise = read(projectId)
      .then((ruleset) => {
        // Invalidated meanwhile: right for who asked before the change, but not to be kept.
        if (loading.get(projectId) === promise) held.set(projectId, { ruleset, loadedAtMs });
        return ruleset;
      })
      .finally(() => {
        if (loading.get(projectId) === promise) loading.delete(projectId);
      });
    loading.set(projectId, promise);
    return promise;
  }

  /** Without a promise when it is at hand, which is the hot path. */
  function of(projectId: string): LoadedRuleset | Promise<LoadedRuleset> {
    const known = held.get(projectId);
    if (known && events.isCurrent(known.loadedAtMs)) return known.ruleset;
    return loading.get(projectId) ?? load(projectId);
  }

  return {
    of,

    /** Without loading anything: for who is in the middle of a transaction. */
    atHand(projectId: string): CompiledRuleset | undefined {
      const known = held.get(projectId);
      return known && events.isCurrent(known.loadedAtMs) ? known.ruleset.compiled : undefined;
    },

    /** One that was loaded after this one: once, for however many ask. */
    newer(projectId: string, than: LoadedRuleset) {
      if (held.get(projectId)?.ruleset === than) held.delete(projectId);
      return of(projectId);
    },

    invalidate(projectId: string) {
      held.delete(projectId);
      loading.delete(projectId);
    },
  };
}

export type RulesetCache = ReturnType<typeof rulesetCache>;
