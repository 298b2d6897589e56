import type { CostAndTime, RelativeChange } from './cost-and-time.ts';
import { changeOf, duration, usd } from '../figures.ts';

/** Cost and time in words. What is not known is said to be so: it is no price of 0. */
export function spendingOf({
  costUsd,
  costPerSolvedUsd,
  unpriced,
  timeMs,
}: CostAndTime): [name: string, figures: string][] {
  const unknown = [
    ...(unpriced.a > 0 ? [`${unpriced.a} samples of A`] : []),
    ...(unpriced.b > 0 ? [`${unpriced.b} of B`] : []),
  ].join(' and ');
  return [
    ['cost', costUsd ? `${said(costUsd, usd)} per sample` : `not known: no price of ${unknown}`],
    ...(costPerSolvedUsd ? [['', `${said(costPerSolvedUsd, usd)} per solved`] as [string, string]] : []),
    ['time', `${said(timeMs, duration)} per sample`],
  ];
}

function said({ a, b, change, interval }: RelativeChange, figure: (value: number) => string): string {
  if (a === b) return `${figure(a)}, unchanged`;
  const range = interval ? ` (95 %: ${changeOf(interval[0])} to ${changeOf(interval[1])})` : '';
  return `${figure(a)} -> ${figure(b)}${change === undefined ? '' : `, ${changeOf(change)}${range}`}`;
}
