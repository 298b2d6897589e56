import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { readContent } from '../../src/datasets/read-rows.ts';
import { outcomesIn } from '../../src/replay/outcomes.ts';
import { replayRouting, type Replay } from '../../src/replay/replay.ts';
import { jsonLines, routingModels, routingRows } from '../support/routing-outcomes.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'whetstone-replay-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command line as the binary does, on these rows. */
async function replayed(rows: readonly object[], ...flags: string[]) {
  const file = join(folder, 'outcomes.jsonl');
  await writeFile(file, jsonLines(rows));
  const said = { out: '', err: '' };
  const code = await runCommandLine(['replay-routing', '--outcomes', file, ...flags], {
    terminal: {
      print: (text) => void (said.out += text),
      complain: (text) => void (said.err += text),
      write: () => {},
      isTty: false,
      columns: 120,
    },
    signal: new AbortController().signal,
    config: () => configFromEnvironment({ HOME: folder }),
  });
  return { code, ...said };
}

const rates = { dear: 0.7, twin: 0.7, small: 0.55, weak: 0.2 };
const chance = (model: string) => rates[model as keyof typeof rates];
const jsonOf = (out: string) => JSON.parse(out) as Replay;

describe('whetstone-evals replay-routing', () => {
  it('finds the cheaper of two that are alike, and says so for people and as JSON', async () => {
    const rows = routingRows({ tasks: 300, seed: 1, chance });
    const table = await replayed(rows, '--splits', '2', '--incumbent', 'dear');
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^1200 outcomes, 300 tasks, 4 models; 2 splits/);
    expect(table.out).toMatch(/^recommended .*±.*%?/m);
    const { figures } = jsonOf((await replayed(rows, '--splits', '2', '--incumbent', 'dear', '--json')).out);
    expect(figures.versusIncumbent.saving!.mean).toBeGreaterThan(0.4);
    expect(figures.versusIncumbent.saving!.splits).toHaveLength(2);
    expect(figures.plans.savePerfect.saving!.mean).toBeGreaterThan(0.2);
    expect(figures.pinsAndCaps.violations!.mean).toBe(0);
  });

  it('says the same for the same seed', async () => {
    const rows = routingRows({ tasks: 60, seed: 2, chance });
    const [once, again, other] = await Promise.all(
      ['7', '7', '8'].map((seed) => replayed(rows, '--splits', '2', '--json', '--seed', seed)),
    );
    expect(once).toEqual(again);
    expect(once!.out).not.toEqual(other!.out);
  });

  it('judges what was tried, where not every model tried every task', async () => {
    const rows = routingRows({ tasks: 200, seed: 3, tried: 0.5, chance });
    const { figures } = jsonOf((await replayed(rows, '--splits', '2', '--json')).out);
    expect(figures.choices.recommended.judged!.mean).toBeGreaterThan(0.2);
    expect(figures.choices.recommended.judged!.mean).toBeLessThan(0.8);
    expect(figures.choices.recommended.success!.mean).toBeGreaterThan(0.55);
  });

  it('leaves out what needs costs where there are none', async () => {
    const rows = routingRows({ tasks: 100, seed: 4, isPriced: false, chance });
    const table = await replayed(rows, '--splits', '2');
    expect(table.code).toBe(0);
    const { figures, regret } = jsonOf((await replayed(rows, '--splits', '2', '--json')).out);
    expect(figures.choices.recommended).toMatchObject({ saving: null, costUsd: null });
    expect(figures.choices.recommended.accuracy!.mean).toBeGreaterThan(0.6);
    expect(figures.underCaps[0]).toBeNull();
    expect(regret).toBeNull();
  });

  it.each([
    ['a bad row', [{ task_id: 't', model: 'm', success: 1, cost_usd: -1 }], [], /outcomes.jsonl, line 1: cost_usd/],
    ['too few tasks', routingRows({ tasks: 5, seed: 1, chance }), [], /5 tasks are too few/],
    [
      'nothing to choose',
      routingRows({ tasks: 50, seed: 1, chance }).filter(({ model }) => model === 'twin'),
      [],
      /only twin has outcomes/,
    ],
    [
      'an incumbent nobody knows',
      routingRows({ tasks: 50, seed: 1, chance }),
      ['--incumbent', 'gone'],
      new RegExp(`there are ${routingModels.join(', ')}`),
    ],
    [
      'no split',
      routingRows({ tasks: 50, seed: 1, chance }),
      ['--splits', '0'],
      /--splits: expected a whole number from 1/,
    ],
  ])('refuses %s with 2', async (_, rows, flags, said) => {
    const { code, err, out } = await replayed(rows, ...flags);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(said);
  });

  it('refuses a file that is not there with 2', async () => {
    const { code, err } = await replayed([], '--outcomes', join(folder, 'gone.jsonl'));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('there is no file') });
  });
});

const { path } = testData('routing');
const file = join(path, 'dev.jsonl');
const missing = existsSync(file) ? '' : ' (skipped: WHETSTONE_TEST_DATA has no routing/dev.jsonl)';

/** Figures and deviations measured by other code on the same file, as 10 splits of 60 to 40 by repository have them. */
describe.skipIf(missing)(`on 24 models at 299 published tasks${missing}`, () => {
  let replay: Replay;
  beforeAll(async () => {
    replay = replayRouting(outcomesIn(await readContent(file)), {
      splits: 10,
      seed: 1,
      trainShare: 0.6,
      margin: 0.03,
      incumbent: undefined,
    });
  }, 600_000);

  it('is as accurate as measured before, and under caps not below the static table', () => {
    const { choices, underCaps, underCapsWithoutMargin, methods } = replay.figures;
    const meanOf = (all: typeof underCaps) => all.reduce((sum, one) => sum + one!.mean, 0) / all.length;
    expect(choices.recommended.accuracy!.mean).toBeGreaterThan(0.856 - 0.02);
    expect(meanOf(underCaps)).toBeGreaterThanOrEqual(meanOf(methods.static.accuracyUnderCap) - 0.001);
    for (const [index, one] of underCapsWithoutMargin.entries())
      expect(one!.mean).toBeGreaterThanOrEqual(methods.static.accuracyUnderCap[index]!.mean - 0.001);
  });

  it('saves with one model and more with plans, at no less success', () => {
    const { choices, versusIncumbent, plans } = replay.figures;
    expect(choices.recommended.saving!.mean).toBeGreaterThan(0.23 - 0.21);
    expect(choices.recommended.points!.mean).toBeGreaterThan(-1);
    expect(versusIncumbent.saving!.mean).toBeGreaterThan(0.395 - 0.205);
    for (const [plan, least] of [
      [plans.savePerfect, 0.67 - 0.11],
      [plans.saveTenth, 0.64 - 0.11],
    ] as const) {
      expect(plan.saving!.mean).toBeGreaterThan(least);
      expect(plan.points!.mean).toBeGreaterThan(0);
    }
    expect(plans.solvePerfect.gain!.mean).toBeGreaterThan(0.072 - 0.025);
    expect(plans.solveTenth.gain!.mean).toBeGreaterThan(0.045 - 0.024);
  });

  it('expects what comes', () => {
    const { methods, coverage, plans } = replay.figures;
    expect(methods.recommended.calibrationError!.mean).toBeLessThanOrEqual(0.04);
    expect(methods.recommended.aiqLinear!.mean).toBeGreaterThan(0.715 - 0.035);
    for (const one of [coverage.recommended, coverage.cells]) {
      expect(one!.mean).toBeGreaterThan(0.88);
      expect(one!.mean).toBeLessThan(0.97);
    }
    expect(Math.abs(plans.savePerfect.expectedOverRealCost!.mean - 1)).toBeLessThan(0.15);
  });

  it('breaks no pin and no cap, learns faster than chance, and is not fooled by shuffled features', () => {
    const { pinsAndCaps, shuffledPoints } = replay.figures;
    expect(pinsAndCaps.violations!.splits.every((count) => count === 0)).toBe(true);
    expect(replay.regret!.share!.mean).toBeLessThanOrEqual(0.55);
    expect(shuffledPoints!.mean).toBeGreaterThanOrEqual(-0.5);
  });
});
