import type { Logger } from 'pino';
import type { Database, ProjectTx } from '../../../../platform/db/database.ts';
import { v7 as uuidv7 } from 'uuid';
import type { KeptRecommendation } from './kept.ts';
import { recommendationRepository, type Batch } from './repository.ts';

interface Options {
  database: Pick<Database, 'asProject'>;
  log: Pick<Logger, 'warn'>;
  /** In the transaction that keeps some of a project's; what it throws undoes that. */
  onKept: (tx: ProjectTx, kept: readonly KeptRecommendation[]) => Promise<void>;
  /** Held while the database cannot take them; what comes beyond is dropped, and said. */
  most?: number;
}

const keptAtOnce = 1_000;
const intervalMs = 500;

/**
 * Keeps recommendations behind the requests that asked for them, twice a second and at the end. What the database does not
 * take is tried again as the batch that it was, so that it is kept once; a process that is killed loses those of its last half
 * second.
 */
export function recommendationLog({ database, log, onKept, most = 50_000 }: Options) {
  /** By project, in the order in which they came. */
  const batches = new Map<string, Batch[]>();
  let fresh = new Map<string, KeptRecommendation[]>();
  let count = 0;
  let dropped = 0;
  let flushed: Promise<void> = Promise.resolve();
  let isFlushing = false;

  /** What has come since the last time, behind what still waits. */
  function formBatches() {
    for (const [projectId, kept] of fresh) {
      const waiting = batches.get(projectId) ?? [];
      for (let from = 0; from < kept.length; from += keptAtOnce)
        waiting.push({ id: uuidv7(), kept: kept.slice(from, from + keptAtOnce) });
      batches.set(projectId, waiting);
    }
    fresh = new Map();
  }

  async function write() {
    formBatches();
    const failures: unknown[] = [];
    for (const [projectId, waiting] of batches) {
      try {
        for (let batch = waiting[0]; batch; batch = waiting[0]) {
          await writeBatch(projectId, batch);
          waiting.shift();
          count -= batch.kept.length;
        }
        batches.delete(projectId);
      } catch (error) {
        failures.push(error);
      }
    }
    tellDropped();
    if (failures.length > 0)
      throw new AggregateError(failures, `${count} recommendations wait to be written down; it is tried again`);
  }

  const writeBatch = (projectId: string, batch: Batch) =>
    database.asProject(projectId, async (tx) => {
      await recommendationRepository.insert(tx, batch);
      await onKept(tx, batch.kept);
    });

  function tellDropped() {
    if (dropped === 0) return;
    log.warn({ dropped, held: count }, 'recommendations were not written down: more wait than are held');
    dropped = 0;
  }

  function flush(): Promise<void> {
    flushed = flushed.catch(() => undefined).then(write);
    return flushed;
  }

  function flushBehind() {
    // A slow database is not asked twice at once.
    if (isFlushing || (count === 0 && dropped === 0)) return;
    isFlushing = true;
    flush()
      .catch((error: unknown) => log.warn({ err: error }, 'cannot write down recommendations'))
      .finally(() => (isFlushing = false));
  }
  const timer = setInterval(flushBehind, intervalMs).unref();

  return {
    add(projectId: string, recommendation: KeptRecommendation) {
      if (count >= most) {
        dropped++;
        return;
      }
      count++;
      const known = fresh.get(projectId);
      if (known) known.push(recommendation);
      else fresh.set(projectId, [recommendation]);
    },

    flush,

    /** Writes down what is left, once. */
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

export type RecommendationLog = ReturnType<typeof recommendationLog>;
