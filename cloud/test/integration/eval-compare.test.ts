import { compareRuns, manifestHashOf, manifestIn, readRun } from '@whetstone/evals';
import { seededRandom } from '@whetstone/shared/stats';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { evalRows, type MadeResult } from '../support/eval-rows.ts';

describeOnEngines('two runs beside each other', (engine) => {
  let app: TestApp;
  let make: ReturnType<typeof evalRows>;
  let scratch: string;
  let subjects: [string, string];

  beforeAll(async () => {
    app = await startApp(engine);
    make = evalRows(app.database, app.projectId);
    scratch = await mkdtemp(join(tmpdir(), 'whetstone-compare-'));
    subjects = [await make.subject('before'), await make.subject('after')];
  });
  afterAll(async () => {
    await app.close();
    await rm(scratch, { recursive: true, force: true });
  });

  const count = 40;
  const problemIds = Array.from({ length: count }, (_, i) => `p${String(i).padStart(2, '0')}`);
  const manifestOf = (rest: object = {}) => ({
    schema: 1,
    harnessVersion: '0.1.0',
    dataset: { name: 'made-up', sha256: 'a'.repeat(64), problemIds },
    subject: { kind: 'model', label: 'a model' },
    samplesPerProblem: 1,
    preamble: {},
    timeoutMs: 3_000,
    executor: { tier: 'process', versions: { python: '3.11.7' }, enforces: { cannot: [] } },
    env: { TZ: 'UTC', PYTHONHASHSEED: '0' },
    seed: 0,
    ...rest,
  });

  interface Made {
    samples?: number;
    clusters?: Record<string, string>;
    timeoutMs?: number;
    /** How likely each problem is to pass. */
    rate: number;
    missing?: number;
  }

  const random = seededRandom(3);
  const resultsOf = ({ samples = 1, rate, missing = 0 }: Made) =>
    Array.from({ length: count * samples }, (_, i): MadeResult => {
      const problem = Math.floor(i / samples);
      const status = problem < missing ? 'error' : random() < rate ? 'passed' : 'failed';
      return { problem, sample: i % samples, status, costUsd: 0.01 };
    });

  /** The same results in the database and in folders as `whetstone-evals run` leaves them. */
  async function twice(name: string, a: Made, b: Made) {
    const { clusters } = a;
    const datasetId = await make.dataset({ name, problemIds, ...(clusters && { clusters }) });
    const dataset = { name, sha256: 'a'.repeat(64), problemIds, ...(clusters && { clusters }) };
    const made = await Promise.all(
      [a, b].map(async (one, i) => {
        const results = resultsOf(one);
        const manifest = manifestOf({ dataset, ...(one.timeoutMs && { timeoutMs: one.timeoutMs }) });
        const id = await make.run({ datasetId, subjectId: subjects[i]!, results, manifest });
        const folder = join(scratch, id);
        await mkdir(folder);
        const record = {
          manifestHash: manifestHashOf(manifestIn(manifest)),
          manifest,
          origin: { startedAt: '2026-11-20T08:00:00.000Z' },
        };
        await writeFile(join(folder, 'manifest.json'), JSON.stringify(record));
        const lines = results.map(({ problem, sample, status }) =>
          JSON.stringify({ problemId: problemIds[problem], sampleIndex: sample, status, timeMs: 100, costUsd: 0.01 }),
        );
        await writeFile(join(folder, 'results.jsonl'), `${lines.join('\n')}\n`);
        return { id, folder };
      }),
    );
    const [first, second] = made as [(typeof made)[0], (typeof made)[0]];
    const told = await app.admin.compareEvalRuns({ a: first.id, b: second.id });
    const byHarness = compareRuns(await readRun(first.folder), await readRun(second.folder), {
      allowPartial: true,
      draws: 0,
    });
    return { told, byHarness };
  }

  const clusters = Object.fromEntries(problemIds.map((id, i) => [id, `repo ${i % 6}`]));
  it.each<[string, Made, Made]>([
    ['one-sample', { rate: 0.8 }, { rate: 0.4 }],
    ['alike', { rate: 0.6 }, { rate: 0.6 }],
    ['several-samples', { rate: 0.7, samples: 3 }, { rate: 0.4, samples: 3 }],
    ['unequal-samples', { rate: 0.7, samples: 2 }, { rate: 0.6 }],
    ['clusters', { rate: 0.8, clusters }, { rate: 0.3, clusters }],
    ['clusters-and-samples', { rate: 0.8, clusters, samples: 2 }, { rate: 0.3, clusters, samples: 2 }],
    ['all-alike', { rate: 1, samples: 2 }, { rate: 0, samples: 2 }],
    ['missing', { rate: 0.5, missing: 3 }, { rate: 0.7, missing: 5 }],
  ])('%s: the figures are those of the harness', async (name, a, b) => {
    const { told, byHarness } = await twice(name, a, b);
    expect(told).toMatchObject({
      problems: byHarness.problems,
      differencePoints: 100 * byHarness.difference,
      interval: byHarness.interval ? byHarness.interval.map((end) => 100 * end) : null,
      p: byHarness.test.p.twoSided,
      test: byHarness.test.name,
      detectablePoints: 100 * byHarness.detectableDrop,
      a: { passRate: byHarness.rateA, label: 'before' },
      b: { passRate: byHarness.rateB, label: 'after' },
    });
    expect(told.verdict !== 'no difference detected').toBe(byHarness.isSeparated);
    expect(told.discordant.map(({ problemId }) => problemId)).toEqual(
      [...byHarness.lost, ...byHarness.gained].map(({ problemId }) => problemId),
    );
    const { bothPassed, onlyA, onlyB, bothFailed } = told.matrix;
    expect(bothPassed + onlyA + onlyB + bothFailed).toBe(told.problems);
    if (byHarness.counts)
      expect(told.matrix).toMatchObject({ onlyA: byHarness.counts.onlyFirst, onlyB: byHarness.counts.onlySecond });
    expect(told.a.n + told.b.n).toBeGreaterThanOrEqual(2 * told.problems);
  });

  it('says what is missing and what it could change, and when the yardstick was another', async () => {
    const { told } = await twice('warned', { rate: 1, missing: 4 }, { rate: 0, timeoutMs: 9_000 });
    expect(told).toMatchObject({ problems: 36, missing: 4, verdict: 'worse' });
    expect(told.warnings).toEqual(
      expect.arrayContaining([
        expect.stringContaining('timeoutMs'),
        expect.stringContaining('A has no verdict on 4 of 40 samples'),
        '4 of 40 problems lack a verdict; with them the difference could be anything from −100.0 to −90.0 points',
      ]),
    );
  });

  it('are not compared across data sets, before they began, or when one is not there', async () => {
    const [one, other] = [
      await make.dataset({ name: 'one', problemIds }),
      await make.dataset({ name: 'other', problemIds }),
    ];
    const run = { subjectId: subjects[0], results: resultsOf({ rate: 0.5 }), manifest: manifestOf() };
    const [a, b] = [await make.run({ ...run, datasetId: one }), await make.run({ ...run, datasetId: other })];
    const { manifest: _, ...unbegun } = run;
    const c = await make.run({ ...unbegun, datasetId: one });
    const d = await make.run({ ...run, datasetId: one, results: [] });
    await expect(app.admin.compareEvalRuns({ a, b })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('different data sets'),
    });
    await expect(app.admin.compareEvalRuns({ a, b: c })).rejects.toMatchObject({ code: 'conflict' });
    await expect(app.admin.compareEvalRuns({ a, b: d })).rejects.toMatchObject({ code: 'conflict' });
    await expect(app.admin.compareEvalRuns({ a, b: uuidv7() })).rejects.toMatchObject({ code: 'not_found' });
    const stranger = (await app.otherTenant('stranger of runs')).client;
    await expect(stranger.compareEvalRuns({ a, b: a })).rejects.toMatchObject({ code: 'not_found' });
  });
});
