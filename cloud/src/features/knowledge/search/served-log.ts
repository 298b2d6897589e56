import type { Logger } from 'pino';
import type { Database } from '../../../platform/db/database.ts';
import type { DayCount } from './day-counts.ts';
import { searchRepository } from './repository.ts';

/** A passage that was handed out, and how often. */
export interface ServedCitation {
  citationId: string;
  versionId: string;
  library: string;
  version: string;
  path: string;
  startLine: number;
  endLine: number;
  contentHash: string;
  served: number;
  firstAt: Date;
  lastAt: Date;
}

interface Options {
  database: Pick<Database, 'asProject'>;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  /** Passages held while the database cannot take them; what comes beyond is dropped, and said. */
  most?: number;
}

/** What is kept of a project until it is written down. */
interface Waiting {
  citations: Map<string, ServedCitation>;
  counts: Map<string, DayCount>;
}

const intervalMs = 500;
const writtenAtOnce = 1_000;

/**
 * Notes what was served behind the searches that served it, twice a second and at the end. A process that is killed loses what
 * it served in its last half second; what the database does not take is tried again.
 */
export function servedLog({ database, clock, log, most = 50_000 }: Options) {
  const waiting = new Map<string, Waiting>();
  let held = 0;
  let dropped = 0;
  let flushed: Promise<void> = Promise.resolve();
  let isFlushing = false;

  function add(projectId: string, cited: Omit<ServedCitation, 'served' | 'firstAt' | 'lastAt'>, times = 1, at = now()) {
    const own = waiting.get(projectId) ?? { citations: new Map(), counts: new Map() };
    waiting.set(projectId, own);
    const known = own.citations.get(cited.citationId);
    if (!known && held >= most) {
      dropped += times;
      return;
    }
    if (known) Object.assign(known, { served: known.served + times, lastAt: at });
    else own.citations.set(cited.citationId, { ...cited, served: times, firstAt: at, lastAt: at });
    if (!known) held++;
    count(own, { day: dayOf(at), library: cited.library, version: cited.version, outcome: 'served', n: times });
  }

  const now = () => new Date(clock());

  async function write() {
    const failures: unknown[] = [];
    for (const [projectId, own] of waiting) {
      waiting.delete(projectId);
      try {
        await database.asProject(projectId, async (tx) => {
          const citations = [...own.citations.values()];
          for (let from = 0; from < citations.length; from += writtenAtOnce)
            await searchRepository.addServed(tx, citations.slice(from, from + writtenAtOnce));
          await searchRepository.count(tx, [...own.counts.values()]);
        });
        held -= own.citations.size;
      } catch (error) {
        failures.push(error);
        held -= own.citations.size;
        putBack(projectId, own);
      }
    }
    if (dropped > 0) log.warn({ dropped, held }, 'served citations were not written down: more wait than are held');
    dropped = 0;
    if (failures.length > 0) throw new AggregateError(failures, `${held} served citations wait to be written down`);
  }

  function putBack(projectId: string, own: Waiting) {
    for (const { served, firstAt, lastAt, ...cited } of own.citations.values()) {
      add(projectId, cited, served, lastAt);
      const back = waiting.get(projectId)?.citations.get(cited.citationId);
      if (back) back.firstAt = firstAt;
    }
  }

  function flush(): Promise<void> {
    flushed = flushed.catch(() => undefined).then(write);
    return flushed;
  }

  function flushBehind() {
    // A slow database is not asked twice at once.
    if (isFlushing || (waiting.size === 0 && dropped === 0)) return;
    isFlushing = true;
    flush()
      .catch((error: unknown) => log.warn({ err: error }, 'cannot write down what was served; it is tried again'))
      .finally(() => (isFlushing = false));
  }
  const timer = setInterval(flushBehind, intervalMs).unref();

  return {
    add: (projectId: string, cited: Omit<ServedCitation, 'served' | 'firstAt' | 'lastAt'>) => add(projectId, cited),
    flush,
    /** Writes down what is left, once. */
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

export type ServedLog = ReturnType<typeof servedLog>;

export const dayOf = (at: Date) => at.toISOString().slice(0, 10);

function count({ counts }: Waiting, one: DayCount) {
  const key = JSON.stringify([one.day, one.library, one.version]);
  const known = counts.get(key);
  if (known) known.n += one.n;
  else counts.set(key, one);
}
