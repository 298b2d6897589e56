import type { Origin } from '../config.ts';
import type { Clock } from '../offline/clock.ts';
import type { Transport } from '../offline/transport/transport.ts';
import type { KeptDocs } from './kept-docs.ts';
import { requestSegments } from './request-segments.ts';
import type { SegmentStore } from './segment-store.ts';

/** Has versions at hand for when the cloud is away. */
export interface Keeping {
  /** Gets a version in the background, unless that was done a while ago. `dataAt` is what the cloud says now of when it was compared. */
  keep(library: string, version: string, dataAt?: string): void;
  /** What is wrong on this machine. */
  problem(): string | undefined;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

interface Dependencies {
  origin: Origin | undefined;
  transport: Transport;
  store: SegmentStore;
  kept: KeptDocs;
  clock: Clock;
  mostBytes: number;
}

/** In use, a version is asked for anew so often. */
const again = { afterMs: 3_600_000, afterFailureMs: 300_000 };

export function keeping({ origin, transport, store, kept, clock, mostBytes }: Dependencies): Keeping {
  const nextAt = new Map<string, number>();
  let work: Promise<void> = Promise.resolve();
  let problem: string | undefined;

  async function fetchVersion(asked: Origin, library: string, version: string, dataAt: string | undefined) {
    const about = await kept.aboutOf(library, version);
    const reply = await requestSegments({ origin: asked, transport, library, version, etag: about?.etag, mostBytes });
    const key = `${library}\n${version}`;
    if (reply.kind === 'failed') return void nextAt.set(key, clock.steadyMs() + again.afterFailureMs);
    const confirmedAtMs = clock.wallMs();
    if (reply.kind === 'sent') {
      const { parts, ...sent } = reply.segments;
      // Asked for by its name, so it is found by that.
      problem = await store.write({ ...sent, library, version, confirmedAtMs, dataAt }, parts);
    } else if (about) {
      const { kept: file } = await store.read(library, version);
      if (file)
        problem = await store.write({ ...file.about, confirmedAtMs, dataAt: dataAt ?? file.about.dataAt }, file.parts);
    }
  }

  return {
    keep(library, version, dataAt) {
      const key = `${library}\n${version}`;
      if (!origin || clock.steadyMs() < (nextAt.get(key) ?? 0)) return;
      nextAt.set(key, clock.steadyMs() + again.afterMs);
      // One after the other: nobody waits for them.
      work = work.then(() => fetchVersion(origin, library, version, dataAt));
    },
    problem: () => problem,
    settled: () => work,
  };
}
