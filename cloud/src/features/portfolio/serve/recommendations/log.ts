import type { Logger } from 'pino';
import type { Database, ProjectTx } from '../../../../platform/db/database.ts';
import { recommendationRepository, type KeptRecommendation } from './repository.ts';

interface Options {
  database: Pick<Database, 'asProject'>;
  log: Pick<Logger, 'warn'>;
  /** In the transaction that keeps some of a project's; what it throws undoes that. */
  onKept: (tx: ProjectTx, kept: readonly KeptRecommendation[]) => Promise<void>;
  /** Held while the database cannot take them; what comes beyond is dropped, and said. */
  most?: number;
}

const rowsAtOnce = 1_000;
const intervalMs = 500;

/**
 * Keeps recommendations behind the requests that asked for them, twice a second and at the end. What the database does not
 * take is tried again, each once by its id; a process that is killed loses those of its last half second.
 */
export function recommendationLog({ database, log, onKept, most = 50_000 }: Options) {
  let waiting = new Map<string, KeptRecommendation[]>();
  let count = 0;
  let dropped = 0;
  let flushed: Promise<void> = Promise.resolve();
  let isFlushing = false;

  async function write() {
    const writing = waiting;
    waiting = new Map();
    const failures: unknown[] = [];
    for (const [projectId, kept] of writing) {
      let from = 0;
      try {
        for (; from < kept.length; from += rowsAtOnce) {
          const some = kept.slice(from, from + rowsAtOnce);
          await database.asProject(projectId, async (tx) => {
            await recommendationRepository.insert(tx, some);
            await onKept(tx, some);
          });
          count -= some.length;
        }
      } catch (error) {
        // Before what came meanwhile, so that what is dropped in the end is the newest.
        waiting.set(projectId, [...kept.slice(from), ...(waiting.get(projectId) ?? [])]);
        failures.push(error);
      }
    }
    tellDropped();
    if (failures.length > 0)
      throw new AggregateError(failures, `${count} recommendations wait to be written down; it is tried again`);
  }

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
      const known = waiting.get(projectId);
      if (known) known.push(recommendation);
      else waiting.set(projectId, [recommendation]);
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
