import type { PortfolioFigure, PortfolioReport } from '@whetstone/shared/contract';
import {
  clusteredMean,
  clusteredShare,
  comparePolicies,
  fewestEffective,
  percent,
  type PolicyComparison,
  type PolicyEstimate,
} from '@whetstone/shared/portfolio';
import type { Followed } from './repository.ts';

interface Question {
  incumbent: string | null;
  followed: Followed;
  /** A sentence where not all recommendations of the time were looked at, else empty. */
  note: string;
}

/** Of the tasks that were followed, those in which the incumbent had a chance must be so many: else they stand for themselves alone. */
const fewestPossible = 0.8;

export type Measured = Pick<PortfolioReport, 'success' | 'cost' | 'estimators'>;

/** What came of what was recommended, and what would have come of the incumbent, where the log can tell. */
export function measuredOf({ incumbent, followed, note }: Question): Measured {
  const success = halfOf('success', { incumbent, followed, note });
  const cost = halfOf('cost', { incumbent, followed, note });
  const saving = negated(cost.ratio);
  const saved = cost.compared && cost.compared.incumbent.doublyRobust.value - cost.compared.recommended.value;
  return {
    success: {
      recommended: figure(clusteredShare(followed.success.applied), {
        n: followed.success.applied.sums.tasks,
        why: `Applied recommendations that solved or failed.${note}`,
        missing: nothingFollowed,
      }),
      incumbent: success.incumbent,
      liftShare: success.ratio,
    },
    cost: {
      recommendedUsd: figure(clusteredMean(followed.cost.applied), {
        n: followed.cost.applied.sums.tasks,
        why: `Applied recommendations whose cost is known.${note}`,
        missing: followed.decided === 0 ? nothingFollowed : 'No cost of what was recommended is known.',
      }),
      incumbentUsd: cost.incumbent,
      savingShare: saving,
      savedUsd: saved === undefined ? null : saved * followed.cost.comparable.sums.tasks,
    },
    estimators: [...success.estimators, ...cost.estimators],
  };
}

const nothingFollowed =
  'No outcome names a recommendation that it followed yet: record it with the recommendationId of the answer.';

function halfOf(of: 'success' | 'cost', { incumbent, followed, note }: Question) {
  const part = followed[of];
  const comparison = part.comparable.sums.tasks > 0 ? comparePolicies(part.comparable) : undefined;
  const refused = refusalOf(of, { incumbent, followed, comparison });
  const compared = refused === undefined ? comparison : undefined;
  const n = part.comparable.sums.tasks;
  const effectiveSampleSize = comparison?.effectiveSampleSize ?? 0;
  const expected = part.expectations.n > 0 ? part.expectations.sum / part.expectations.n : null;
  const missing = `${refused}${expected === null ? '' : ` The estimates of the time expect ${said(of, expected)}; nothing of that is measured.`}`;
  const why = `Had "${incumbent}" done the same ${n} tasks: from those in which it was the answer, each weighed by how seldom that was to happen, and the estimates of the time for the rest.${note}`;
  const measured = (estimate: PolicyEstimate | undefined, reason: string) => ({
    ...figure(estimate, { n, why: reason, missing }),
    effectiveSampleSize,
  });
  return {
    compared,
    incumbent: measured(compared?.incumbent.doublyRobust, why),
    ratio: lessOne(
      measured(compared?.ratio, `On the same ${n} tasks, what was recommended over "${incumbent}".${note}`),
    ),
    estimators: estimatorsOf(of, { compared, expected, refused, effectiveSampleSize }),
  };
}

const said = (of: 'success' | 'cost', value: number) =>
  of === 'success' ? `${percent(value)} of it` : `$${Number(value.toPrecision(3))} a task of it`;

function refusalOf(
  of: 'success' | 'cost',
  {
    incumbent,
    followed: { decided, against, possible, [of]: part },
    comparison,
  }: Pick<Question, 'incumbent' | 'followed'> & { comparison: PolicyComparison | undefined },
): string | undefined {
  if (incumbent === null)
    return 'Nothing to compare with: no recommendation names an incumbent. Set one in the settings of the portfolio (incumbent).';
  if (decided === 0) return nothingFollowed;
  if (against < fewestPossible * decided)
    return `Only ${against} of ${decided} tasks were measured against "${incumbent}", the others against another incumbent or none: choose a shorter time range.`;
  if (possible === 0)
    return `"${incumbent}" was never possible in these ${decided} tasks, so that nothing tells what it would have made of them. Switch exploration on (settings of the portfolio, exploration.enabled), or start a trial against it.`;
  if (possible < fewestPossible * against)
    return `"${incumbent}" was possible in ${possible} of ${against} tasks alone, and those may be other ones: choose a time range since exploration is on, or give it more budget (exploration.budgetUsdPerDay).`;
  if (!comparison) return `Of no task in which "${incumbent}" was possible the ${of} is known.`;
  const size = comparison.effectiveSampleSize;
  if (size < fewestEffective)
    return `What "${incumbent}" did counts for ${Math.floor(size)} observations (effective sample size of ${part.comparable.sums.tasks} tasks); ${fewestEffective} are needed: explore more (exploration.share), or wait.`;
  if (!comparison.ratio) return `The ${of} of one of the two comes to nothing, which no ratio can be made of.`;
  return undefined;
}

function estimatorsOf(
  of: 'success' | 'cost',
  given: {
    compared: PolicyComparison | undefined;
    expected: number | null;
    refused: string | undefined;
    effectiveSampleSize: number;
  },
): PortfolioReport['estimators'] {
  const { compared, expected, refused = null, effectiveSampleSize } = given;
  const one = (name: 'snips' | 'doubly_robust', estimate: PolicyEstimate | undefined) => ({
    name,
    of,
    value: estimate?.value ?? null,
    interval: estimate?.interval ?? null,
    effectiveSampleSize,
    refused,
  });
  return [
    one('snips', compared?.incumbent.snips),
    one('doubly_robust', compared?.incumbent.doublyRobust),
    {
      name: 'direct',
      of,
      value: expected,
      interval: null,
      effectiveSampleSize,
      refused: expected === null ? 'Nothing was expected of the incumbent.' : null,
    },
  ];
}

interface Words {
  n: number;
  why: string;
  missing: string;
}

function figure(estimate: PolicyEstimate | undefined, { n, why, missing }: Words): PortfolioFigure {
  if (!estimate || n === 0) return { value: null, interval: null, n, effectiveSampleSize: null, why: missing };
  return { value: estimate.value, interval: estimate.interval ?? null, n, effectiveSampleSize: null, why };
}

const lessOne = (ratio: PortfolioFigure): PortfolioFigure => ({
  ...ratio,
  value: ratio.value === null ? null : ratio.value - 1,
  interval: ratio.interval && [ratio.interval[0] - 1, ratio.interval[1] - 1],
});

const negated = (lift: PortfolioFigure): PortfolioFigure => ({
  ...lift,
  value: lift.value === null ? null : -lift.value,
  interval: lift.interval && [-lift.interval[1], -lift.interval[0]],
});
