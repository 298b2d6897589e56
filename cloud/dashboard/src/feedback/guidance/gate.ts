import type { GateResult } from '@whetstone/shared/contract';
import { pointsText } from '../../ui/figures.ts';

/** '+8.2 points [+1.1, +15.3] n=140 pairs'; undefined where nothing was paired yet. */
export function differenceText({ differencePoints, differenceInterval, pairs }: GateResult): string | undefined {
  if (differencePoints === null) return undefined;
  const bounds = differenceInterval === null ? '[no interval]' : `[${differenceInterval.map(pointsText).join(', ')}]`;
  return `${pointsText(differencePoints)} points ${bounds} n=${(pairs ?? 0).toLocaleString('en')} pairs`;
}

/** '0.92× [0.88, 0.97]', of what a task cost without it. */
export function costText({ costRatio, costRatioInterval }: GateResult): string | undefined {
  if (costRatio === null) return undefined;
  const bounds = costRatioInterval === null ? '[no interval]' : `[${costRatioInterval.map(two).join(', ')}]`;
  return `${two(costRatio)}× ${bounds}`;
}

const two = (value: number) => value.toFixed(2);

export const pathTexts = {
  gain: 'by a gain, at a cost of at most +10 %',
  cheaper: 'as no worse and cheaper',
} as const;

/** How many tasks finding such a gain takes, and how many are there. */
export function planText({ plan }: Pick<GateResult, 'plan'>): string {
  const { effectPoints, power, tasksNeeded, tasks, samplesPerProblem } = plan;
  const each = samplesPerProblem === 1 ? '' : `, ${samplesPerProblem} answers each`;
  return `To find ${pointsText(effectPoints)} points with a power of ${Math.round(power * 100)} % it takes ${tasksNeeded.toLocaleString('en')} tasks${each}; ${tasks.toLocaleString('en')} are there`;
}

export const isShort = ({ plan }: Pick<GateResult, 'plan'>) => plan.tasks < plan.tasksNeeded;
