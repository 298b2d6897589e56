import { Prepared, type Ruleset } from '@whetstone/shared/contract';
import { compileRuleset, type CompiledRuleset } from '@whetstone/shared/flags';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../platform/db/database.ts';
import type { RevisionWatch } from '../../platform/db/revisions.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';

export interface LoadedRuleset {
  compiled: CompiledRuleset;
  /** As `GET /api/flags/ruleset` answers it. */
  answer: Prepared;
}

interface Options {
  database: Pick<Database, 'asProject'>;
  clock: () => number;
  watch: Pick<RevisionWatch, 'isCurrent' | 'track'>;
}

interface Held {
  ruleset: LoadedRuleset;
  loadedAtMs: number;
}

/** The compiled rulesets of the projects in use. A change drops the project's; the next question loads it once for all. */
export function rulesetCache({ database, clock, watch }: Options) {
  const held = new LRUCache<string, Held>({ max: 1_000 });
  // Kept across invalidations, so that only the flags that changed are compiled again.
  const previous = new LRUCache<string, CompiledRuleset>({ max: 1_000 });
  const loading = new Map<string, Promise<LoadedRuleset>>();

  async function read(projectId: string): Promise<LoadedRuleset> {
    watch.track(projectId);
    const ruleset = await database.asProject(projectId, async (tx): Promise<Ruleset> => {
      // Read first: flags newer than the revision are fetched again later, older ones would never be.
      const revision = await flagRepository.revision(tx);
      return { revision, flags: (await flagRepository.active(tx)).map(flagView) };
    });
    const compiled = compileRuleset(ruleset, previous.get(projectId));
    if (!compiled) throw new Error(`the ruleset of project ${projectId} cannot be read`);
    previous.set(projectId, compiled);
    return { compiled, answer: new Prepared(JSON.stringify(ruleset), `"${projectId}.${ruleset.revision}"`) };
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

  return {
    /** Without a promise when it is at hand, which is the hot path. */
    of(projectId: string): LoadedRuleset | Promise<LoadedRuleset> {
      const known = held.get(projectId);
      if (known && watch.isCurrent(known.loadedAtMs)) return known.ruleset;
      return loading.get(projectId) ?? load(projectId);
    },

    invalidate(projectId: string) {
      held.delete(projectId);
      loading.delete(projectId);
    },
  };
}

export type RulesetCache = ReturnType<typeof rulesetCache>;
