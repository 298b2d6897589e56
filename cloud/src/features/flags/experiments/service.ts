import {
  timeRangeMs,
  type Decision,
  type experiments,
  type Experiment,
  type Handlers,
  type Parsed,
} from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { atOnce } from '../../../platform/at-once.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { armsOf, compare, sharedAlpha, type ArmMoments, type Better } from './compare.ts';
import { decide, decideTogether } from './decide.ts';
import { experimentRepository, type MetricRows } from './repository.ts';
import { phaseBorders, sampleRatioOf, type KnownVersions } from './sample-ratio.ts';

export interface ExperimentDoors {
  /** The outcomes of a project from a time on, by the slice that keeps them. */
  metricRows: (tx: ProjectTx, metric: string, from: Date) => MetricRows;
  /** The versions of the flag since a time, whose splits can be looked up. */
  knownVersions: (tx: ProjectTx, flag: string, from: Date) => Promise<KnownVersions>;
  /** Whether there is, or was, such a flag, or an exposure that names it. */
  isKnown: (tx: ProjectTx, flag: string) => Promise<boolean>;
  /** Of exposures and of outcomes, so many are compared at once; undefined where the database has limits of its own. */
  mostRows: number | undefined;
}

/** How far before its first exposure the past of a unit reaches. */
const pastHours = 14 * 24;

/** Each holds a connection as long as it joins, of which there are ten for everything that everybody asks. */
const comparisons = { running: 2, waiting: 50 };

const lowerIsBetter = new Set(['costUsd', 'timeMs', 'corrected']);

export function experimentService(dependencies: ExperimentDoors): Handlers<typeof experiments, Ctx> {
  const inTurn = atOnce(comparisons);
  return {
    getExperiment: (ctx, asked) => inTurn(() => ctx.transaction((tx) => experimentOf(tx, asked, dependencies))),
  };
}

/** For a request, and for who watches an experiment in a transaction of its own. */
export async function experimentOf(
  tx: ProjectTx,
  { key, metric, timeRange, control: wanted, windowHours, better: said }: Parsed<(typeof experiments)['getExperiment']>,
  { metricRows, knownVersions, isKnown, mostRows }: ExperimentDoors,
): Promise<Experiment> {
  const from = new Date(tx.now.getTime() - timeRangeMs(timeRange));
  const rows = metricRows(tx, metric, new Date(from.getTime() - pastHours * 3_600_000));
  if (mostRows !== undefined)
    holdToSize(await experimentRepository.sizes(tx, { flag: key, from, metric: rows }, mostRows), mostRows);
  const known = await knownVersions(tx, key, from);
  const joined = await experimentRepository.join(tx, {
    flag: key,
    from,
    metric: rows,
    windowHours,
    pastHours,
    borders: phaseBorders(known).map((ms) => new Date(ms)),
  });
  if (joined.drawn.length === 0 && known.size === 0 && !(await isKnown(tx, key))) {
    throw new WhetstoneError('not_found', `no flag is called "${key}", and no exposure names it`);
  }
  const better: Better = said ?? (lowerIsBetter.has(metric) ? 'lower' : 'higher');
  const measured = joined.arms.filter(({ unitsWithOutcome }) => unitsWithOutcome > 0);
  const isRate = measured.length > 0 && measured.every((arm) => arm.isRate);
  const control = controlOf(joined.arms, known, wanted);
  const ratio = sampleRatioOf(joined.drawn, known);
  const others = joined.arms.filter((arm) => arm !== control);
  const alpha = sharedAlpha(others.length);
  const comparisons = control
    ? others.map((arm) => {
        const figures = compare(control, arm, better, alpha);
        return { ...figures, decision: decide(control, arm, figures, { metric, better, ratio }) };
      })
    : [];
  return {
    key,
    metric,
    ...(measured.length > 0 && { kind: isRate ? 'rate' : 'mean' }),
    better,
    from: from.toISOString(),
    to: tx.now.toISOString(),
    windowHours,
    ...(control && { control: control.variant }),
    crossovers: joined.crossovers,
    notRandomised: joined.notRandomised,
    contradicted: joined.contradicted,
    variants: armsOf(joined.arms, better, isRate),
    comparisons,
    sampleRatio: ratio,
    decision: decisionOf(
      comparisons.map(({ decision }) => decision),
      joined.arms,
    ),
  };
}

/** Throws `conflict`: a part of them would be another answer. */
function holdToSize(sizes: { exposures: number; outcomes: number }, mostRows: number) {
  const { exposures, outcomes } = sizes;
  if (exposures <= mostRows && outcomes <= mostRows) return;
  const what = exposures > mostRows ? 'exposures of this flag' : 'outcomes';
  throw new WhetstoneError(
    'conflict',
    `there are more than ${mostRows.toLocaleString('en')} ${what} in this range, and the embedded database answers nobody else while it joins them: ask for a shorter timeRange, or run on PostgreSQL`,
  );
}

/** The variant that was asked for, else the off variant, else the one with the most units. */
function controlOf(arms: readonly ArmMoments[], known: KnownVersions, wanted: string | undefined) {
  const named = (variant: string | undefined) => arms.find((arm) => arm.variant === variant);
  if (wanted !== undefined && arms.length > 0 && !named(wanted)) {
    const variants = arms.map(({ variant }) => variant).join(', ');
    throw invalidField(
      'control',
      `no unit got a variant "${wanted}" from a split in this range; there are ${variants}`,
    );
  }
  const current = [...known.values()].find(({ isCurrent }) => isCurrent);
  return named(wanted) ?? named(current?.definition.offVariant) ?? arms.toSorted((a, b) => b.units - a.units)[0];
}

function decisionOf(decisions: Decision[], arms: readonly ArmMoments[]): Decision {
  if (arms.length === 0) return { state: 'too_early', text: 'No unit got a variant from a split in this range yet.' };
  return decideTogether(decisions);
}
