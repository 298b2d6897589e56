import type { PortfolioFigure, PortfolioReport } from '@whetstone/shared/contract';
import { shareText } from '../../evals/figures.ts';
import { usdText } from '../../ui/figures.ts';

/** How a figure of the report is written: a share, a share that may go either way, or money. */
export type Form = 'share' | 'change' | 'usd';

export function valueText(value: number, form: Form): string {
  if (form === 'usd') return value < 0 ? `−${usdText(-value)}` : usdText(value);
  // What rounds to nothing has no sign.
  if (form === 'share' || Math.abs(value) < 0.0005) return shareText(Math.abs(value));
  return `${value < 0 ? '−' : '+'}${shareText(Math.abs(value))}`;
}

/** '[58.1 %, 70.2 %]'. */
export const intervalText = ([low, high]: readonly [number, number], form: Form) =>
  `[${valueText(low, form)}, ${valueText(high, form)}]`;

/** Whether a change may be none at all. */
export const isNoise = ({ interval }: Pick<PortfolioFigure, 'interval'>) =>
  interval === null || (interval[0] <= 0 && interval[1] >= 0);

type Target = PortfolioReport['targets'][number];

export const targetNames: Record<Target['target'], string> = {
  accuracy: 'Accuracy: of the best possible success',
  savings: 'Savings: less cost than the incumbent',
  success: 'Success: more than the incumbent',
};

export const verdictLooks = {
  met: { sign: '✓', word: 'met', class: 'text-good' },
  not_met: { sign: '✗', word: 'not met', class: 'text-bad' },
  not_enough_data: { sign: '…', word: 'not enough data', class: 'text-muted' },
} as const;

export const estimatorNames: Record<PortfolioReport['estimators'][number]['name'], string> = {
  snips: 'Self-normalised importance sampling (SNIPS)',
  doubly_robust: 'Doubly robust',
  direct: 'Direct: what the estimates of the time expected, not measured',
};

export const methodNames: Record<PortfolioReport['method']['used'], string> = {
  static: 'static table: one rate per model',
  cells: 'cells: rates by kind of task, shrunk',
  knn: 'nearest neighbours',
  factorisation: 'factorisation',
};
