import { isRight, simulateBisects, type Simulation } from '@whetstone/evals';
import { byMedian } from '../evals/by-median.ts';
import type { Entry, Table } from '../harness/report.ts';
import { referenceNs } from '../harness/reference.ts';

const histories = 2_000;
const rules = { confidence: 0.9, seedRuns: 20, maxRuns: 60 };
const rates = [
  [0, 1],
  [0.1, 0.9],
  [0.2, 0.8],
  [0.3, 0.6],
  [0.1, 0.1],
  [0.5, 0.5],
] as const;

/** How often a noisy bisect is right and what it costs, over histories whose culprit is known. */
export const evalBisect: Entry = {
  title: `Noisy bisect over 64 commits, ${histories} simulated histories each, a commit named at ${rules.confidence}`,
  lasts: 'two minutes',
  run: async () => {
    const ours = rates.map(([failsBefore, failsAfter]) => ({
      name: `P(fail) ${failsBefore} before, ${failsAfter} after`,
      ...shareOf({ commits: 64, failsBefore, failsAfter, rules, histories, seed: 1 }),
    }));
    const at = { commits: 64, failsBefore: 0.1, failsAfter: 0.9, histories, seed: 1 };
    const others = [
      { ...ours[1]!, name: 'where the next run leaves least doubt (ours)' },
      { name: 'where the cumulative posterior crosses .5', ...shareOf({ ...at, rules, choose: byMedian(1) }) },
      { name: 'ours, a commit named at .95', ...shareOf({ ...at, rules: { ...rules, confidence: 0.95 } }) },
    ];
    const [, flaky, , close] = ours;
    return {
      referenceNs: [referenceNs()],
      tables: [
        table('Named a commit, and the right one', '%', 'more', ours, 'named'),
        table('Answered with a range that holds the right one', '%', 'more', ours, 'ranged'),
        table('Named a wrong commit, or a range without the right one', '%', 'less', ours, 'wrong'),
        table('Said that the ends do not differ', '%', 'less', ours, 'none'),
        table('Runs of the search, median', 'runs', 'less', ours, 'median'),
        table('Runs of the search, 95 % within', 'runs', 'less', ours, 'most'),
        table('Runs at both ends, mean', 'runs', 'less', ours, 'seeds'),
        table('Rules at .1 and .9: right', '%', 'more', others, 'named'),
        table('Rules at .1 and .9: runs of the search, mean', 'runs', 'less', others, 'mean'),
      ],
      notes: [
        'Nothing is timed; the figures are the same on every machine.',
        'Where the rates are equal (.1 and .1, .5 and .5) every answer but "no difference" is a false alarm.',
      ],
      bars: [
        { what: 'right at .1 and .9', actual: flaky!.named, kind: 'at least', limit: 95, unit: '%' },
        { what: 'median runs at .1 and .9', actual: flaky!.median, kind: 'at most', limit: 20, unit: 'runs' },
        {
          what: 'ranges at .3 and .6 that hold the culprit',
          actual: close!.coverage,
          kind: 'at least',
          limit: 90,
          unit: '%',
        },
        {
          what: 'found where nothing changed',
          actual: Math.max(ours[4]!.found, ours[5]!.found),
          kind: 'at most',
          limit: 5,
          unit: '%',
        },
      ],
    };
  },
};

function shareOf(simulation: Simulation) {
  const bisects = simulateBisects(simulation);
  const of = (kinds: readonly string[]) => bisects.filter(({ answer }) => kinds.includes(answer.kind));
  const percent = (count: number, all = bisects.length) => (all === 0 ? 0 : (100 * count) / all);
  const found = of(['commit', 'range']);
  const ranges = of(['range']);
  const runs = bisects.map(({ searchRuns }) => searchRuns).toSorted((a, b) => a - b);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    named: percent(of(['commit']).filter(isRight).length),
    ranged: percent(ranges.filter(isRight).length),
    coverage: percent(ranges.filter(isRight).length, ranges.length),
    wrong: percent(found.filter((bisect) => !isRight(bisect)).length),
    found: percent(found.length),
    none: percent(of(['none', 'flipped']).length),
    median: runs[Math.floor(runs.length / 2)]!,
    most: runs[Math.floor(runs.length * 0.95)]!,
    mean: mean(runs),
    seeds: mean(bisects.map(({ seedRuns }) => seedRuns)),
  };
}

type Shares = ReturnType<typeof shareOf>;

const table = (
  title: string,
  unit: string,
  better: Table['better'],
  rows: readonly ({ name: string } & Shares)[],
  of: keyof Shares,
): Table => ({
  title,
  unit,
  better,
  // A share of nothing says nothing.
  base: (rows.find((row) => row[of] > 0) ?? rows[0]!).name,
  rows: rows.map((row) => ({ name: row.name, samples: [row[of]] })),
});
