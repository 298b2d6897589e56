import { Prepared, type Leaderboard } from '@whetstone/shared/contract';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import type { RunScope } from '../runs/run-scope.ts';
import type { AskedBoard } from './board-facts.ts';

/** Of the cache port. */
export interface Snapshots {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, options: { ttlMs: number }): Promise<void>;
}

interface Making {
  asked: AskedBoard;
  /** What the answer depends on. */
  stamp: unknown;
  make: () => Promise<Leaderboard>;
}

/** A snapshot never is stale, as its name changes with what it says. */
const keptMs = 3_600_000;
const mostHeldBytes = 32 * 1024 * 1024;

/**
 * Answers that were made before for the same rows: here or, where machines share a cache, on another one. The cache is asked
 * once for each: those who look at a board every few seconds are answered from what is held here.
 */
export function snapshots(shared: Snapshots) {
  const held = new LRUCache<string, string>({
    max: 1_000,
    maxSize: mostHeldBytes,
    sizeCalculation: (json) => Math.max(1, Buffer.byteLength(json)),
  });

  /** The answer that was made before, else a new one. */
  return async function snapshotOr(scope: RunScope, { asked, stamp, make }: Making) {
    const hash = createHash('sha256')
      .update(JSON.stringify([asked, stamp]))
      .digest('base64url')
      .slice(0, 32);
    const key = `p/${scope.projectId}/leaderboard/${hash}`;
    const kept = held.get(key) ?? (await shared.get(key));
    const json = kept ?? JSON.stringify(await make());
    if (kept === undefined) await shared.set(key, json, { ttlMs: keptMs });
    held.set(key, json);
    return new Prepared(json, `"${hash}"`);
  };
}
