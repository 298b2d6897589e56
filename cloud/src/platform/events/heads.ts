import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database.ts';
import { withinTime } from '../within-time.ts';
import type { RevisedTopic, Topic } from './events.ts';
import { eventRepository, type Head } from './repository.ts';

interface Options {
  database: Database;
  clock: () => number;
  /** Projects that somebody follows, beside those that are tracked. */
  followed: () => Iterable<string>;
  onChange: (projectId: string, topic: Topic) => void;
  onHead: (projectId: string, sequence: number) => void;
  onError: (error: unknown) => void;
}

/** From the start of one look to the start of the next: a slow database is not asked more seldom for being slow. */
const intervalMs = 400;

/** How long an answer of the database stands without a confirmation; a revoked key must be gone within a second. */
const trustMs = 900;

/** One silent connection must not end the watch: the next look gets another. */
const patienceMs = 2_000;

/** What is held of more projects than this is dropped and read anew. */
const maxTracked = 5_000;

const topics = ['keys', 'flags', 'portfolio'] as const satisfies RevisedTopic[];

/**
 * Asks for the heads of the logs of the projects in use: one small transaction an interval. That is how changes of other
 * processes are found when LISTEN says nothing, and the proof that what this process holds still stands.
 */
export function watchHeads({ database, clock, followed, onChange, onHead, onError }: Options) {
  const changeOfAll = (projectId: string) => {
    for (const topic of topics) onChange(projectId, topic);
  };
  // Null until the first look, which cannot tell what changed since the caller read: it counts as a change of all.
  const known = new LRUCache<string, { head: Head | null }>({
    max: maxTracked,
    dispose: (_, projectId, reason) => reason === 'evict' && changeOfAll(projectId),
  });
  let confirmedAtMs = -Infinity;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isHurried = false;

  async function look() {
    const askedAtMs = clock();
    const ids = [...new Set([...known.keys(), ...followed()])];
    const heads = ids.length === 0 ? [] : await database.asSystem((tx) => eventRepository.heads(tx, ids));
    for (const head of heads) compare(head);
    confirmedAtMs = askedAtMs;
  }

  function compare(head: Head) {
    const { projectId, sequence } = head;
    const before = known.peek(projectId);
    if (before) known.set(projectId, { head });
    if (before && !before.head) changeOfAll(projectId);
    for (const topic of topics)
      if (before?.head && before.head.topics[topic] !== head.topics[topic]) onChange(projectId, topic);
    onHead(projectId, sequence);
  }

  let looking = Promise.resolve();
  function tick() {
    const startedAtMs = clock();
    isLooking = true;
    isHurried = false;
    looking = withinTime(look(), patienceMs)
      .catch(onError)
      .then(() => {
        isLooking = false;
        if (stopped) return;
        // Between 0 and the interval, whichever way the clock was set meanwhile.
        const restMs = Math.min(Math.max(0, intervalMs - (clock() - startedAtMs)), intervalMs);
        timer = setTimeout(tick, isHurried ? 0 : restMs).unref();
      });
  }
  tick();

  /** One look for all that is heard meanwhile. */
  function hurry() {
    isHurried = true;
    if (isLooking || stopped) return;
    clearTimeout(timer);
    tick();
  }

  return {
    isCurrent(readAtMs: number) {
      const ageMs = clock() - Math.max(readAtMs, confirmedAtMs);
      // Negative: the clock was set back, and nothing read before says how old it is.
      return ageMs >= 0 && ageMs < trustMs;
    },

    track(projectId: string) {
      if (!known.has(projectId)) known.set(projectId, { head: null });
    },

    /** Another process says that the log of a project has grown to here. */
    heard(projectId: string, sequence: number) {
      const head = known.peek(projectId)?.head;
      if (head && head.sequence >= sequence) return;
      if (known.has(projectId) || new Set(followed()).has(projectId)) hurry();
    },

    /** A change of this process, which was announced: the next look need not do it again. */
    appended(projectId: string, topic: Topic, sequence: number) {
      const head = known.peek(projectId)?.head;
      if (!head) return;
      // What another process did between is not known yet, and must still be heard.
      const reached = head.sequence === sequence - 1 ? sequence : head.sequence;
      const topics = { ...head.topics, [topic]: sequence };
      known.set(projectId, { head: { projectId, sequence: reached, topics } });
    },

    ping: () => look(),

    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
