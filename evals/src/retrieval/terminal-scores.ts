import type { Style } from '../compare/style.ts';
import { percent, percentInterval, points, pointsInterval } from '../figures.ts';
import { alignedRows } from '../aligned-rows.ts';
import type { RetrievalBar } from './bars.ts';
import type { Differences } from './baseline.ts';
import type { Means, Scores } from './score.ts';

export interface Retrieval {
  file: string;
  source: string;
  limit: number;
  scores: Scores;
  differences: Differences | undefined;
  bars: readonly RetrievalBar[];
}

/** Scores for a terminal: a line for everything, for each kind and library, then what was missed. */
export function terminalScores(
  { file, source, limit, scores, differences, bars }: Retrieval,
  { columns, style }: { columns: number; style: Style },
): string {
  const { all, kinds, libraries, latencyMs, queries, leftOut, unknownLabels } = scores;
  const groups = (means: Readonly<Record<string, Means>>) =>
    Object.keys(means).length < 2 ? [] : Object.entries(means).map(([name, of]) => rowOf(`  ${name}`, of));
  const missed = queries.filter(({ relevantFound }) => relevantFound === 0);
  return [
    `${file}: ${all.queries} queries to ${source}, ${limit} results each; pages ranked, 95 % by bootstrap over queries`,
    '',
    ...alignedRows([heading, rowOf('all', all), ...groups(kinds), ...groups(libraries)], columns),
    '',
    `latency          p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}`,
    `without any hit  ${missed.length === 0 ? 'none' : `${missed.length} of ${all.queries}`}`,
    ...missed.map(({ id, library, query, pages, note }) =>
      [`  ${id}`, library, JSON.stringify(query), pages.length === 0 ? 'nothing was found' : undefined, note]
        .filter((part) => part !== undefined)
        .join('  '),
    ),
    ...listed('no such page', unknownLabels, ({ id, page }) => `${id}  ${page}`),
    ...listed('left out', leftOut, ({ why }) => why),
    ...(differences ? ['', ...differenceLines(differences, columns)] : []),
    ...(bars.length > 0 ? ['', ...bars.map((bar) => barLine(bar, style))] : []),
  ].join('\n');
}

const heading = ['', 'queries', 'R@5', '', 'MRR@10', '', 'nDCG@10', ''];

const rowOf = (name: string, { queries, recallAt5, mrrAt10, ndcgAt10 }: Means) => [
  name,
  `${queries}`,
  ...[recallAt5, mrrAt10, ndcgAt10].flatMap(({ mean, interval }) => [
    percent(mean),
    percentInterval(interval ?? undefined),
  ]),
];

function differenceLines({ queries, unpaired, recallAt5, mrrAt10, ndcgAt10 }: Differences, columns: number): string[] {
  const apart = unpaired.length > 0 ? `; ${unpaired.length} have only one of them: ${shortened(unpaired)}` : '';
  const row = (name: string, { mean, interval }: Differences['recallAt5']) => [
    `  ${name}`,
    `${points(mean)} points`,
    interval ? pointsInterval(interval) : '',
  ];
  return [
    `against the baseline, ${queries} queries of both${apart}`,
    ...alignedRows([row('R@5', recallAt5), row('MRR@10', mrrAt10), row('nDCG@10', ndcgAt10)], columns),
  ];
}

function barLine({ measure, actual, atLeast, isHeld }: RetrievalBar, style: Style): string {
  const said = `${measure} ${percent(actual)}, at least ${percent(atLeast)}`;
  return isHeld ? style.good(`held: ${said}`) : style.bad(`SHORT: ${said}`);
}

function listed<Item>(title: string, items: readonly Item[], text: (item: Item) => string): string[] {
  if (items.length === 0) return [];
  return [`${title.padEnd(17)}${items.length}`, ...new Set(items.map((item) => `  ${text(item)}`))];
}

const shortened = (ids: readonly string[]) =>
  ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
