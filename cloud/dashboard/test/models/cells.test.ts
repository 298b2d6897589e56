import { describe, expect, it } from 'vitest';
import { cellFilterOf, cellsAddressOf, headOf, shownCells } from '../../src/models/cells/model.ts';
import { dotsOf, kindsOf, pointsOf } from '../../src/models/cost/model.ts';
import { cellOf } from './support.ts';

const filterOf = (address: string) => cellFilterOf(new URL(address, 'http://x').searchParams);
const typed = { level: 'type', taskType: 'refactor', language: 'go' } as const;
const hard = { ...typed, level: 'complexity', complexity: 'high' } as const;
const ofRepo = { ...typed, level: 'repo', repoId: 'acme/api' } as const;
const cells = [
  cellOf('a', ofRepo),
  cellOf('a', hard),
  cellOf('b', typed),
  cellOf('a'),
  cellOf('a', { level: 'type', taskType: 'fix', language: 'go', n: 50 }),
];
const kindsShown = (address: string) =>
  shownCells(cells, filterOf(address)).map(({ level, taskType }) => [level, taskType].filter(Boolean).join(' '));

describe('the cells in their address', () => {
  it.each(['/models', '/models?taskType=refactor&language=go&repo=acme%2Fapi&q=opus'])('%s', (address) => {
    expect(cellsAddressOf(filterOf(address))).toBe(address);
  });
});

describe('the cells that are shown', () => {
  it('are those of all tasks and of each kind, the kind with most tries first', () => {
    expect(kindsShown('/models')).toEqual(['global', 'type fix', 'type refactor']);
  });

  it('go down to the complexity once a kind is asked for, and to a repository once that is', () => {
    expect(kindsShown('/models?taskType=refactor')).toEqual(['type refactor', 'complexity refactor']);
    expect(kindsShown('/models?repo=acme/api')).toEqual(['repo refactor']);
  });

  it('are found by a part of the name of the model', () => {
    expect(kindsShown('/models?q=B')).toEqual(['type refactor']);
  });

  it('put those that are tied first, the cheapest of them first, and say how many there are instead of ranks', () => {
    const shown = shownCells(
      [
        cellOf('worse', { rate: 0.4 }),
        cellOf('dear', { rate: 0.9, tied: true, costMedianUsd: 2 }),
        cellOf('unpriced', { rate: 0.95, tied: true, costMedianUsd: null }),
        cellOf('bad', { rate: 0.1 }),
        cellOf('cheap', { rate: 0.88, tied: true, costMedianUsd: 1 }),
      ],
      filterOf('/models'),
    );
    expect(shown.map(({ model }) => model)).toEqual(['cheap', 'dear', 'unpriced', 'worse', 'bad']);
    expect(shown.map((cell, i) => headOf(cell, shown[i - 1], shown))).toEqual([
      'All tasks: 3 tied, cheapest first',
      undefined,
      undefined,
      'All tasks: below the best',
      undefined,
    ]);
  });
});

describe('cost and quality', () => {
  const priced = [
    cellOf('dear', { costMedianUsd: 3, rate: 0.8 }),
    cellOf('dominated', { costMedianUsd: 2, rate: 0.5 }),
    cellOf('unpriced', { costMedianUsd: null, rate: 0.99 }),
    cellOf('cheap', { costMedianUsd: 1, rate: 0.6, tied: true }),
    cellOf('free', { costMedianUsd: 0, rate: 0.2 }),
  ];
  const [kind] = kindsOf(priced);

  it('draws the front through those that nobody beats in both, and leaves out an unknown cost, not one of nothing', () => {
    expect(pointsOf(priced, kind!.key).map(({ model, isOnFront }) => [model, isOnFront])).toEqual([
      ['free', true],
      ['cheap', true],
      ['dominated', false],
      ['dear', true],
    ]);
  });

  it('rings what is tied and marks the incumbent', () => {
    const dots = dotsOf(pointsOf(priced, kind!.key), 'dear');
    expect(dots.filter(({ isRinged }) => isRinged).map(({ label }) => label)).toEqual(['cheap']);
    expect(dots.filter(({ isMarked }) => isMarked).map(({ label, y }) => [label, y])).toEqual([['dear', 80]]);
  });

  it('offers all tasks first and no single repository', () => {
    expect(kindsOf(cells).map(({ text }) => text)).toEqual([
      'All tasks',
      'fix · go',
      'refactor · go · high',
      'refactor · go',
    ]);
  });
});
