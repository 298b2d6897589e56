import type { PortfolioCellView } from '@whetstone/shared/contract';
import { durationText, usdText } from '../ui/figures.ts';

type Kind = Pick<PortfolioCellView, 'level' | 'taskType' | 'language' | 'complexity' | 'repoId'>;

/** 'refactor · typescript · high'; 'All tasks' of the widest cell. */
export const kindText = ({ level, taskType, language, complexity, repoId }: Kind): string =>
  level === 'global'
    ? 'All tasks'
    : [taskType, language, complexity, repoId].filter((part) => part !== null && part !== '').join(' · ') ||
      'Tasks of no kind';

/** Of the next ten such tasks: '8-10', or '10' where both ends are one. */
export const next10Text = ([low, high]: readonly [number, number]) => (low === high ? `${low}` : `${low}-${high}`);

export const modelPath = (model: string) => `/models/model?${new URLSearchParams({ id: model }).toString()}`;

/** 'median, p90' of money or time; undefined where none is known. */
const spreadText = (median: number | null, p90: number | null, text: (value: number) => string) =>
  median === null ? undefined : `${text(median)}, ${p90 === null ? '-' : text(p90)}`;

export const costSpread = (cell: Pick<PortfolioCellView, 'costMedianUsd' | 'costP90Usd'>) =>
  spreadText(cell.costMedianUsd, cell.costP90Usd, usdText);

export const timeSpread = (cell: Pick<PortfolioCellView, 'timeMedianMs' | 'timeP90Ms'>) =>
  spreadText(cell.timeMedianMs, cell.timeP90Ms, durationText);

/** '3 points', of a margin. */
export const marginText = (margin: number) => {
  const points = Number((margin * 100).toPrecision(6));
  return `${points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`;
};

/** '63 %', for shares whose digits say nothing more. */
export const wholePercent = (share: number) => `${Math.round(share * 100)} %`;
