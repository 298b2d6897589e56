import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { evalRows } from '../support/eval-rows.ts';

describeOnEngines('published results', (engine) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  const evalplus = (...models: [string, number][]) =>
    JSON.stringify(
      Object.fromEntries(models.map(([name, humaneval]) => [name, { 'pass@1': { humaneval, mbpp: 50 } }])),
    );

  it('stand beside what was measured, never among it, with their source and licence', async () => {
    const make = evalRows(app.database, app.projectId);
    const datasetId = await make.dataset({ name: 'humaneval', problemIds: ['p0'], taskTypes: { strings: [0] } });
    await make.run({
      datasetId,
      subjectId: await make.subject('ours'),
      results: [{ problem: 0, sample: 0, status: 'failed' }],
    });
    const { imported, replaced, skipped } = await app.admin.importPublishedResults({
      source: 'evalplus',
      content: evalplus(['small', 40], ['large', 90], ['strange', 400]),
    });
    expect({ imported, replaced }).toEqual({ imported: 4, replaced: 0 });
    expect(skipped).toEqual([expect.stringContaining('strange')]);

    const board = await app.admin.getLeaderboard({ dataset: 'humaneval' });
    expect(board.items.map(({ subject }) => subject.label)).toEqual(['ours']);
    expect(board.items[0]).toMatchObject({ tieGroup: 1, rankRange: [1, 1] });
    expect(board.published).toMatchObject([
      {
        model: 'large',
        rate: 0.9,
        n: 164,
        metric: 'pass@1',
        source: 'evalplus',
        licence: 'Apache-2.0',
        sourceUrl: expect.stringContaining('evalplus'),
      },
      { model: 'small', rate: 0.4, costUsd: null, recomputedRate: null },
    ]);
    expect((await app.admin.getLeaderboard({ dataset: 'humaneval', taskType: 'strings' })).published).toEqual([]);
    expect((await app.admin.listEvalSources({})).items).toEqual([
      { dataset: 'humaneval', runs: 1, published: 2, lastRunAt: expect.any(String) },
      { dataset: 'mbpp-evalplus', runs: 0, published: 2, lastRunAt: null },
    ]);
  });

  it('of the same source replace the earlier ones, on the board at once', async () => {
    const content = evalplus(['medium', 60]);
    const said = { sourceUrl: 'https://example.com/results.json', licence: 'MIT' };
    expect(await app.admin.importPublishedResults({ source: 'evalplus', content, ...said })).toMatchObject({
      imported: 2,
      replaced: 4,
    });
    const { published } = await app.admin.getLeaderboard({ dataset: 'humaneval' });
    expect(published).toMatchObject([{ model: 'medium', ...said }]);
  });

  it('imported twice at once are there once', async () => {
    const content = evalplus(['one', 10], ['two', 20]);
    await Promise.all(
      Array.from({ length: 4 }, () => app.admin.importPublishedResults({ source: 'evalplus', content })),
    );
    const { items } = await app.admin.listPublishedResults({ dataset: 'humaneval' });
    expect(items.map(({ model }) => model)).toEqual(['one', 'two']);
  });

  it('come page by page, and are forgotten by source and data set', async () => {
    const page = await app.admin.listPublishedResults({ limit: 3 });
    expect(page.items).toHaveLength(3);
    const rest = await app.admin.listPublishedResults({ limit: 3, cursor: page.nextCursor! });
    expect(rest).toMatchObject({ items: [{ source: 'evalplus' }], nextCursor: null });
    expect(await app.admin.deletePublishedResults({ source: 'evalplus', dataset: 'humaneval' })).toEqual({
      deleted: 2,
    });
    expect((await app.admin.getLeaderboard({ dataset: 'humaneval' })).published).toEqual([]);
    expect(await app.admin.deletePublishedResults({ source: 'aider' })).toEqual({ deleted: 0 });
    expect(await app.admin.deletePublishedResults({ source: 'evalplus' })).toEqual({ deleted: 2 });
  });

  it('that are no such file, or have nothing in them, change nothing', async () => {
    for (const content of ['no JSON', '{}', '{"a":3}'])
      await expect(app.admin.importPublishedResults({ source: 'evalplus', content })).rejects.toMatchObject({
        code: 'invalid',
      });
    const many = evalplus(...Array.from({ length: 2_600 }, (_, i): [string, number] => [`m${i}`, 1]));
    await expect(app.admin.importPublishedResults({ source: 'evalplus', content: many })).rejects.toMatchObject({
      message: expect.stringContaining('5200 results'),
    });
  });

  it('of the real board of Aider are all there', async ({ skip }) => {
    const { path, missing } = testData('evals/aider');
    if (missing !== undefined) return skip(missing);
    const content = await readFile(join(path, 'polyglot_leaderboard.yml'), 'utf8');
    expect(await app.admin.importPublishedResults({ source: 'aider', content })).toEqual({
      imported: 138,
      replaced: 0,
      skipped: [],
    });
    const { published, items } = await app.admin.getLeaderboard({ dataset: 'aider-polyglot' });
    expect({ items, published: published.length }).toEqual({ items: [], published: 138 });
    expect(published[0]!.rate).toBeGreaterThan(0.8);
  });
});
