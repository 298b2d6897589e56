import { memoryOf, type Segment } from '@whetstone/shared/knowledge';
import { LRUCache } from 'lru-cache';
import type { Ctx } from '../../../context.ts';
import { memoryOfPassages, passagesOf } from '../meaning/passages.ts';
import { readSegment } from './read-segment.ts';
import type { VisibleVersion } from './visible-versions.ts';

interface Entry {
  segment: Segment;
  /** Of the segment alone: adding them up takes a while. */
  bytes: number;
  /** Once it was searched by meaning. */
  passages?: ReadonlyMap<string, number>;
}

export interface SegmentStoreOptions {
  /** What all segments that are kept may take together. */
  mostBytes: number;
}

type Version = Pick<VisibleVersion, 'id' | 'stamp'>;

function bytesOf(segment: Segment): number {
  const { text, beyond } = memoryOf(segment);
  return text + beyond;
}

const keyOf = ({ id, stamp }: Version) => `${id} ${stamp}`;

/**
 * Segments in memory, loaded when they are first searched and dropped when others are wanted more. The stamp is part of the name:
 * another content is another segment, and the former one ages out. One that is larger than all may be is searched and not
 * kept.
 */
export function segmentStore({ mostBytes }: SegmentStoreOptions) {
  const held = new LRUCache<string, Entry>({
    maxSize: mostBytes,
    sizeCalculation: ({ bytes, passages }) => bytes + (passages ? memoryOfPassages(passages) : 0),
  });
  const loading = new Map<string, Promise<Segment | undefined>>();

  async function load(ctx: Ctx, version: Version, key: string) {
    const segment = await readSegment((work) => ctx.transaction(work), version);
    if (segment) held.set(key, { segment, bytes: bytesOf(segment) });
    return segment;
  }

  return {
    /** Undefined where the version has another content by now. */
    of(ctx: Ctx, version: Version): Segment | Promise<Segment | undefined> {
      const key = keyOf(version);
      const known = held.get(key);
      if (known) return known.segment;
      const begun = loading.get(key);
      if (begun) return begun;
      const one = load(ctx, version, key).finally(() => loading.delete(key));
      loading.set(key, one);
      return one;
    },
    /** The chunks of a segment by the names of their vectors; counted with it, where it is kept. */
    async passages(version: Version, segment: Segment): Promise<ReadonlyMap<string, number>> {
      const key = keyOf(version);
      const known = held.get(key);
      if (known?.passages) return known.passages;
      const passages = await passagesOf(segment);
      if (known) held.set(key, { ...known, passages });
      return passages;
    },
    /** What is kept now. */
    kept: () => ({ segments: held.size, bytes: held.calculatedSize }),
  };
}

export type SegmentStore = ReturnType<typeof segmentStore>;
