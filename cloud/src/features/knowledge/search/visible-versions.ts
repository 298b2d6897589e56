import type { Provenance } from '@whetstone/shared/contract';
import { LRUCache } from 'lru-cache';
import type { Ctx } from '../../../context.ts';
import type { VectorPlace } from '../meaning/meaning.ts';
import { searchRepository, type LastServed } from './repository.ts';

/** A version whose documentation is whole, as a project sees it. */
export interface VisibleVersion {
  id: string;
  isOwn: boolean;
  library: string;
  version: string;
  title: string;
  provenance: Provenance;
  /** Of its content as it is now. */
  stamp: string;
  chunks: number;
  checkedAt: Date | null;
  /** All of its content can be searched by meaning. */
  hasVectors: boolean;
}

export interface Visible {
  versions: readonly VisibleVersion[];
  lastServed: readonly LastServed[];
}

/** So long an ingest on this or another server may go unseen. */
const keptMs = 1_000;
const lastServedMs = 30 * 24 * 3_600_000;

/** What a project may search, read once a second at most; those who ask at the same time share a reading. */
export function visibleVersions({ clock, place }: { clock: () => number; place?: VectorPlace | undefined }) {
  const held = new LRUCache<string, { atMs: number; visible: Promise<Visible> }>({ max: 1_000 });

  function read(ctx: Ctx): Promise<Visible> {
    const visible = ctx.transaction(async (tx) => ({
      versions: await searchRepository.visible(tx, place),
      lastServed: await searchRepository.lastServed(tx, new Date(tx.now.getTime() - lastServedMs)),
    }));
    const one = { atMs: clock(), visible };
    held.set(ctx.projectId, one);
    visible.catch(() => {
      if (held.peek(ctx.projectId) === one) held.delete(ctx.projectId);
    });
    return visible;
  }

  return {
    of(ctx: Ctx): Promise<Visible> {
      const known = held.get(ctx.projectId);
      return known && clock() - known.atMs < keptMs ? known.visible : read(ctx);
    },
    /** Where what was read before has turned out to be old. */
    readAgain: read,
  };
}

export type VisibleVersions = ReturnType<typeof visibleVersions>;
