import type { Likeness } from './likeness.ts';

/** How an attempt ended, as `recordOutcome` has it. Only the first two say something of the model. */
export type Verdict = 'solved' | 'failed' | 'provider_error' | 'aborted' | 'unknown';

/** `run`: a problem of an eval run, which every model is asked on its own; `work`: what agents did. */
export type Origin = 'work' | 'run';

/** One attempt at a task. Costs in US dollars, times in milliseconds; undefined is unknown, never free. */
export interface Attempt {
  model: string;
  /** 1 for the first at its task; undefined where nobody counted. */
  attempt: number | undefined;
  verdict: Verdict;
  costUsd: number | undefined;
  timeMs: number | undefined;
  likeness: Likeness;
  origin: Origin;
  /** Of the model when it ended, see epochs.ts. */
  epoch: number;
}

/** What one model made of one task, its retries included: solved when one of its attempts was, and what they cost together. */
export interface Try {
  model: string;
  origin: Origin;
  epoch: number;
  likeness: Likeness;
  solved: boolean;
  costUsd: number | undefined;
  timeMs: number | undefined;
  /** Its place among those asked at this task; undefined where nobody counted. */
  asked: number | undefined;
  /**
   * Asked after another one had failed: such tasks are harder than others, so that the try counts as a rescue alone and not
   * among what a model makes of the tasks it is given first.
   */
  isFollowUp: boolean;
}

/** @param attempts at one task. Those that say nothing of a model (provider errors and the like) cost what they cost. */
export function triesOf(attempts: readonly Attempt[]): Try[] {
  if (attempts.length === 1) return tryOf(attempts);
  const byModel = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key = `${attempt.origin} ${attempt.model}`;
    const known = byModel.get(key);
    if (known) known.push(attempt);
    else byModel.set(key, [attempt]);
  }
  return [...byModel.values()].flatMap(tryOf);
}

/** None where no attempt says anything of the model. */
function tryOf(ofModel: readonly Attempt[]): Try[] {
  const decided = ofModel.filter(saysSomething);
  const first = decided[0];
  if (!first) return [];
  const asked = ofModel.reduce<number | undefined>(
    (least, { attempt }) => (attempt === undefined || (least !== undefined && least < attempt) ? least : attempt),
    undefined,
  );
  return [
    {
      model: first.model,
      origin: first.origin,
      epoch: decided.reduce((latest, { epoch }) => Math.max(latest, epoch), first.epoch),
      likeness: first.likeness,
      solved: decided.some(({ verdict }) => verdict === 'solved'),
      costUsd: totalOf(ofModel, ({ costUsd }) => costUsd),
      timeMs: totalOf(ofModel, ({ timeMs }) => timeMs),
      asked,
      isFollowUp: first.origin === 'work' && asked !== undefined && asked > 1,
    },
  ];
}

const saysSomething = ({ verdict }: Attempt) => verdict === 'solved' || verdict === 'failed';

/** Unknown where an attempt that counts has none; of an attempt that broke off, what is not known is left out. */
function totalOf(attempts: readonly Attempt[], amount: (attempt: Attempt) => number | undefined): number | undefined {
  let total: number | undefined;
  for (const attempt of attempts) {
    const one = amount(attempt);
    if (one !== undefined) total = (total ?? 0) + one;
    else if (saysSomething(attempt)) return undefined;
  }
  return total;
}
