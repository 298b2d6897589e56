/**
 * Whether a model still behaves as it did, try by try, at a cost that does not grow: two likelihood-ratio CUSUMs (Page,
 * Biometrika 1954), one for a drop by `shift` and one for a rise. Each try is compared with what is expected of the model at
 * tasks like this one, so that harder tasks alone are no alarm.
 *
 * Where the expectation is right, a sum passes ln(L) after L tries or more on average (Lorden, Ann. Math. Statist. 1971,
 * theorem 2); with two of them L = 2,000 makes one false alarm in 1,000 tries at most. Measured by
 * shared/test/portfolio/drift.test.ts.
 */

/** What one of the two sums has seen since it was last zero: when the change came, if there is one. */
export interface Excursion {
  sum: number;
  n: number;
  solved: number;
  /** Sum of what was expected of these tries. */
  expected: number;
  /** ISO-8601, of the first of them. */
  since: string;
}

export interface DriftState {
  drop?: Excursion | undefined;
  rise?: Excursion | undefined;
}

/** One first try at a task. */
export interface DriftTry {
  /** ISO-8601, when it ended. */
  at: string;
  solved: boolean;
  /** The chance of success that the model has at tasks like this one, before this try. */
  expected: number;
}

export interface DriftAlarm {
  /** ISO-8601: the try at which the change is most likely to have come. */
  at: string;
  /** Rates of success that were expected and that were seen since. */
  before: number;
  after: number;
  n: number;
}

/** The change in the chance of success that the sums are made for. */
const shift = 0.2;
const alarmAt = Math.log(2_000);
const rarest = 0.02;

/** What there must be in the project before a model is watched: an expectation of a few tries is none. */
export const leastKnownTries = 100;

/** The state after one more try, and the alarm if that was one; then the state is a new one. */
export function watchTry(state: DriftState, one: DriftTry): { state: DriftState; alarm: DriftAlarm | undefined } {
  const next = { drop: stepOf(state.drop, one, -shift), rise: stepOf(state.rise, one, shift) };
  const alarmed = [next.drop, next.rise].find((excursion) => excursion && excursion.sum > alarmAt);
  if (!alarmed) return { state: next, alarm: undefined };
  const { since, n, solved, expected } = alarmed;
  return { state: {}, alarm: { at: since, before: expected / n, after: solved / n, n } };
}

function stepOf(before: Excursion | undefined, { at, solved, expected }: DriftTry, by: number): Excursion | undefined {
  const usual = within(expected);
  const changed = within(usual + by);
  const ratio = solved ? Math.log(changed / usual) : Math.log((1 - changed) / (1 - usual));
  const sum = (before?.sum ?? 0) + ratio;
  // Below zero no change is more likely than one: whatever came before speaks for none.
  if (sum <= 0) return undefined;
  return {
    sum,
    n: (before?.n ?? 0) + 1,
    solved: (before?.solved ?? 0) + Number(solved),
    expected: (before?.expected ?? 0) + usual,
    since: before?.since ?? at,
  };
}

const within = (chance: number) => Math.min(1 - rarest, Math.max(rarest, chance));

/** How many observations a wider cell is worth to a narrower one here, as in the estimates. */
const shrinkage = 50;

/**
 * What is expected of a model at a task, from its counts in the task's cells, widest first: each narrower one is shrunk towards
 * the wider. Undefined while too little is known of it.
 */
export function expectedSuccess(cells: readonly { n: number; solved: number }[]): number | undefined {
  const [global, ...narrower] = cells;
  if (!global || global.n < leastKnownTries) return undefined;
  return narrower.reduce(
    (wider, { n, solved }) => (solved + shrinkage * wider) / (n + shrinkage),
    global.solved / global.n,
  );
}

/** What an alarm says to a person. */
export const alarmSentence = ({ before, after, n }: DriftAlarm): string =>
  `success ${after < before ? 'fell' : 'rose'} from ${percent(before)} expected to ${percent(after)} in ${n} tries`;

const percent = (share: number) => `${Math.round(100 * share)} %`;
