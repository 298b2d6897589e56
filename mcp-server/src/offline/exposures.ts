import type { FlagAnswer, FlagContext } from '../flag-answer.ts';
import type { Clock } from './clock.ts';
import { fitting, identifier } from './fitting.ts';
import type { Acceptance, Outbox } from './outbox/outbox.ts';

/** What an answer said of a flag of ours; the rest of the answer is the caller's business. */
type Served = Pick<FlagAnswer, 'key' | 'variant' | 'flagVersion' | 'reason' | 'ruleId'>;

export type Expose = (served: Served, context: FlagContext, unit: string | undefined) => void;

/** Counts who was served what, and hands it to the outbox behind the answers. */
export interface ExposureLog {
  expose: Expose;
  status(): ExposureStatus;
  /** Resolves when all that was counted lies in the outbox, as far as that takes it. */
  flush(): Promise<void>;
}

export interface ExposureStatus {
  /** Counted and not yet in the outbox. */
  waiting: number;
  /** Counted without saying whom, because too many were waiting. */
  coarse: number;
  problem: string | undefined;
}

export interface ExposureDependencies {
  outbox: Pick<Outbox, 'append' | 'appendNow'>;
  clock: Clock;
  /** Has something done when the process ends, and answers how to call it off. */
  atExit: (run: () => void) => () => void;
}

interface Exposure {
  fields: Record<string, unknown>;
  count: number;
  firstMs: number;
  lastMs: number;
}

const flushAfterMs = 1_000;
/** While the outbox takes nothing, so long between attempts. */
const retryAfterMs = 10_000;
const perRecord = { entries: 500, bytes: 900_000 };
/** Of one flush, beside what is no longer told apart. */
const maxDistinct = 2_000;

export function exposureLog({ outbox, clock, atExit }: ExposureDependencies): ExposureLog {
  let counted = new Map<string, Exposure>();
  let coarse = 0;
  let problem: string | undefined;
  let timer: (() => void) | undefined;
  let forget: (() => void) | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function count(fields: Record<string, unknown>, { count: add, firstMs, lastMs }: Omit<Exposure, 'fields'>) {
    const name = JSON.stringify(Object.values(fields));
    const known = counted.get(name);
    if (!known) return void counted.set(name, { fields, count: add, firstMs, lastMs });
    known.count += add;
    known.firstMs = Math.min(known.firstMs, firstMs);
    known.lastMs = Math.max(known.lastMs, lastMs);
  }

  /** Whether one more kind would be too many; then people and tasks are no longer told apart. */
  const isCrowded = (fields: Record<string, unknown>) =>
    counted.size >= maxDistinct && !counted.has(JSON.stringify(Object.values(fields)));

  function countIfRoom(fields: Exposure['fields'], counts: Omit<Exposure, 'fields'>) {
    if (!isCrowded(fields)) return count(fields, counts);
    coarse += counts.count;
    count(whatOf(fields), counts);
  }

  function later(delayMs: number) {
    timer ??= clock.after(delayMs, () => {
      timer = undefined;
      void flush();
    });
    forget ??= atExit(flushNow);
  }

  function take() {
    const entries = [...counted.values()].flatMap(inPortions);
    counted = new Map();
    return inRecords(entries);
  }

  /** What the outbox does not take is counted on. */
  function settle(entries: Exposure[], outcome: Acceptance) {
    problem = outcome.accepted ? undefined : outcome.reason;
    if (outcome.accepted) return;
    for (const { fields, ...counts } of entries) countIfRoom(fields, counts);
    later(retryAfterMs);
  }

  function flush() {
    flushing = flushing.then(async () => {
      timer?.();
      timer = undefined;
      // All handed over in one turn: should the process end now, none is in nobody's hands.
      await Promise.all(take().map(async (entries) => settle(entries, await outbox.append(recordingOf(entries)))));
      if (counted.size > 0) return;
      forget?.();
      forget = undefined;
    });
    return flushing;
  }

  /** What is on its way to the disk is the outbox's to finish. */
  const flushNow = () => outbox.appendNow(take().map(recordingOf));

  return {
    expose(served, context, unit) {
      const nowMs = clock.wallMs();
      countIfRoom(fieldsOf(served, context, unit), { count: 1, firstMs: nowMs, lastMs: nowMs });
      later(flushAfterMs);
    },
    status: () => ({ waiting: counted.size, coarse, problem }),
    flush,
  };
}

/** In one order, so that equal ones are one. */
function fieldsOf(served: Served, context: FlagContext, unit: string | undefined) {
  const { key: flag, variant, flagVersion, reason, ruleId } = served;
  const { targetingKey, userId = targetingKey, repoId, taskId, taskType, agent, model } = context;
  const joined = {
    unit: identifier(unit),
    userId: identifier(userId),
    repoId: identifier(repoId),
    taskId: identifier(taskId),
  };
  return {
    flag,
    variant,
    flagVersion,
    reason,
    ruleId,
    ...joined,
    taskType: text(taskType),
    agent: text(agent),
    model: text(model),
  };
}

const whatOf = ({ flag, variant, flagVersion, reason, ruleId }: Exposure['fields']) => ({
  flag,
  variant,
  flagVersion,
  reason,
  ruleId,
});

/** What the cloud takes; one that it does not would keep out all that travel with it. Callers without types send anything. */
const maxText = 1_024;
/** Of a text from a caller this much is kept, so that what is redacted is longer than what is sent. */
const longestHeld = 4 * maxText;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, longestHeld) : undefined);

/** The cloud takes no larger count in one entry. */
const maxCount = 1_000_000;

function inPortions(exposure: Exposure): Exposure[] {
  const portions: Exposure[] = [];
  for (let rest = exposure.count; rest > 0; rest -= maxCount)
    portions.push({ ...exposure, count: Math.min(rest, maxCount) });
  return portions;
}

/** As many together as one request may hold, in number and in bytes. */
function inRecords(entries: Exposure[]): Exposure[][] {
  const records: Exposure[][] = [];
  let bytes = Infinity;
  for (const exposure of entries) {
    const size = Buffer.byteLength(JSON.stringify(entryOf(exposure)));
    bytes += size;
    const record = records.at(-1);
    if (record && record.length < perRecord.entries && bytes <= perRecord.bytes) {
      record.push(exposure);
      continue;
    }
    records.push([exposure]);
    bytes = size;
  }
  return records;
}

const shortened = (value: unknown) => (typeof value === 'string' ? fitting(value, maxText) : undefined);

const entryOf = ({ fields, count, firstMs, lastMs }: Exposure) => ({
  ...fields,
  taskType: shortened(fields['taskType']),
  agent: shortened(fields['agent']),
  model: shortened(fields['model']),
  count,
  firstAt: new Date(firstMs).toISOString(),
  lastAt: new Date(lastMs).toISOString(),
});

function recordingOf(entries: Exposure[]) {
  const exposures = entries.map(entryOf);
  return { operation: 'recordExposures', body: { exposures } } as const;
}
