import { citationIdOf, chunksOf, contentHashOf } from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { writeDocs, type WrittenDocs } from '../support/written-docs.ts';

const patience = { timeout: 20_000, interval: 50 };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const calls = (limit: string, rest = '') =>
  `# Calls\n\n## Limits\n\nA lantern **must not** be lit more than ${limit} times, see [wicks](./wicks.md).\nUse \`setColour\` for its colour.${rest}\n`;
const wicks = { path: 'wicks.md', text: '# Wicks\n\nA wick is made of cotton and burns for eight hours.\n' };

describeOnEngines('verifying citations', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
    await write({ version: '1.0.0', pages: [{ path: 'calls.md', text: calls('5') }, wicks] });
    await write({ version: '2.0.0', pages: [{ path: 'calls.md', text: calls('7') }, wicks] });
  });
  afterAll(() => app?.close());

  async function write(docs: Partial<WrittenDocs> & Pick<WrittenDocs, 'version' | 'pages'>) {
    await writeDocs(app.database, { library: 'lantern', ...docs });
    advance(1_001);
  }
  async function cite(query: string, version: string, client = app.admin) {
    const { results } = await client.searchKnowledge({ query, library: 'lantern', version });
    return results[0]!;
  }
  async function check(claim: { citationId?: string; url?: string; quote: string }, client = app.admin) {
    const { citations } = await client.verifyCitations({ citations: [claim] });
    return citations[0]!;
  }
  /** As somebody without us would mint it. */
  function mintedFor(version: string, path: string, text: string) {
    const [chunk] = chunksOf(text, path);
    const { startLine, endLine } = chunk!;
    const contentHash = contentHashOf(chunk!.text, sha256);
    return citationIdOf({ library: 'lantern', version, path, startLine, endLine, contentHash }, sha256);
  }

  it('finds what stands in the passage, without its Markdown too', async () => {
    const { citationId } = await cite('how often lit', '1.0.0');
    const quote = 'A lantern must not be lit more than 5 times, see wicks.';
    expect(await check({ citationId, quote })).toEqual({
      citationId,
      url: null,
      quote,
      verdict: 'found',
      detail: null,
      changes: [],
      library: 'lantern',
      version: '1.0.0',
      path: 'calls.md',
      startLine: 5,
      endLine: 5,
    });
  });

  it.each([
    ['negation', 'A lantern must be lit more than 5 times', 'not', ''],
    ['number', 'A lantern must not be lit more than 6 times', '5', '6'],
    ['identifier', 'Use setColor for its colour', 'setColour', 'setColor'],
    ['words', 'A lamp must not be lit more than 5 times', 'lantern', 'lamp'],
  ])('tells what was altered: a %s', async (kind, quote, was, is) => {
    const { citationId } = await cite('how often lit', '1.0.0');
    expect(await check({ citationId, quote })).toMatchObject({
      verdict: 'altered',
      changes: [{ kind, was, is }],
      version: '1.0.0',
      path: 'calls.md',
    });
  });

  it('tells the version that says it, where the one that is cited does not', async () => {
    const { citationId } = await cite('how often lit', '1.0.0');
    const answer = await check({ citationId, quote: 'must not be lit more than 7 times' });
    expect(answer).toMatchObject({ verdict: 'wrong_version', version: '1.0.0', changes: [] });
    expect(answer.detail).toBe('lantern 1.0.0 does not say so, 2.0.0 (calls.md, line 5) does');
    const both = await cite('cotton', '1.0.0');
    expect(await check({ citationId: both.citationId, quote: 'A wick is made of cotton' })).toMatchObject({
      verdict: 'found',
    });
  });

  it('does not accept for one passage what another one says', async () => {
    const { citationId } = await cite('how often lit', '1.0.0');
    const answer = await check({ citationId, quote: 'burns for eight hours' });
    expect(answer).toMatchObject({ verdict: 'unknown' });
    expect(answer.detail).toContain('wicks.md');
    expect(await check({ citationId, quote: 'Oil is poured into the tank from above.' })).toMatchObject({
      verdict: 'unknown',
    });
  });

  it('tells what the page said before it changed, and a page that is gone from its source', async () => {
    const before = [{ path: 'a.md', text: '# Handle\n\nThe handle is made of brass.\n' }];
    await write({ version: '3.0.0', pages: [...before, wicks] });
    const { citationId } = await cite('handle', '3.0.0');
    const other = await cite('cotton', '3.0.0');
    await write({
      version: '3.0.0',
      pages: [
        { path: 'a.md', text: '# Handle\n\nNew since then.\n\nThe handle is made of steel.\n' },
        { ...wicks, isStale: true },
      ],
    });
    expect(await check({ citationId, quote: 'The handle is made of brass.' })).toMatchObject({
      verdict: 'stale',
      version: '3.0.0',
    });
    expect(await check({ citationId, quote: 'The handle is made of steel.' })).toMatchObject({
      verdict: 'found',
      startLine: 5,
      detail: expect.stringContaining('changed since it was cited'),
    });
    expect(await check({ citationId, quote: 'The handle is made of copper.' })).toMatchObject({
      verdict: 'altered',
      changes: [{ was: 'brass', is: 'copper' }],
    });
    expect(await check({ citationId: other.citationId, quote: 'A wick is made of cotton' })).toMatchObject({
      verdict: 'stale',
    });
  });

  it('knows an id that was minted without it, and none that nobody minted', async () => {
    const citationId = mintedFor('2.0.0', 'calls.md', calls('7'));
    const { client } = await app.otherTenant('Offline');
    expect(await check({ citationId, quote: 'must not be lit more than 7 times' }, client)).toMatchObject({
      verdict: 'found',
      version: '2.0.0',
      path: 'calls.md',
    });
    expect(await check({ citationId: 'f'.repeat(20), quote: 'must not be lit' })).toMatchObject({
      verdict: 'unknown',
      library: null,
    });
    expect(await check({ quote: 'must not be lit' })).toMatchObject({ verdict: 'unknown' });
  });

  it('checks a page by its address', async () => {
    const url = 'https://docs.example/lantern/1.0.0/calls.md';
    expect(await check({ url: `${url}#limits`, quote: 'must not be lit more than 5 times' })).toMatchObject({
      verdict: 'found',
      version: '1.0.0',
      startLine: 5,
    });
    expect(await check({ url, quote: 'must not be lit more than 7 times' })).toMatchObject({
      verdict: 'wrong_version',
    });
    expect(await check({ url, quote: 'must be lit more than 5 times' })).toMatchObject({ verdict: 'altered' });
    expect(await check({ url: 'https://docs.example/nowhere', quote: 'lit' })).toMatchObject({ verdict: 'unknown' });
  });

  it('checks what stands before the marks of a text', async () => {
    const { citationId: limits } = await cite('how often lit', '1.0.0');
    const { citationId: cotton } = await cite('cotton', '1.0.0');
    const text = [
      `The manual says "A lantern must not be lit more than 5 times" [ws:${limits}].`,
      `A wick is made of wool and burns for eight hours [ws:${cotton}].`,
      '',
      `> Use setColour for its colour.`,
      `[ws:${limits}]`,
    ].join('\n');
    const { citations } = await app.admin.verifyCitations({ text });
    expect(citations.map(({ verdict, quote }) => [verdict, quote])).toEqual([
      ['found', 'A lantern must not be lit more than 5 times'],
      ['altered', 'A wick is made of wool and burns for eight hours'],
      ['found', 'Use setColour for its colour.'],
    ]);
    expect((await app.admin.verifyCitations({ text: 'Nothing is cited here.' })).citations).toEqual([]);
  });

  it("does not tell what another tenant's documentation says", async () => {
    const { client, projectId } = await app.otherTenant('Private');
    const text = '# Plan\n\nThe secret lantern has a second wick.\n';
    const url = 'https://docs.example/private/plan';
    await write({ version: '1.0.0', library: 'plans', projectId, pages: [{ path: 'plan.md', text, url }] });
    const { results } = await client.searchKnowledge({ query: 'second wick', library: 'plans' });
    const claim = { citationId: results[0]!.citationId, quote: 'The secret lantern has a second wick.' };
    expect(await check(claim, client)).toMatchObject({ verdict: 'found' });
    expect(await check(claim)).toMatchObject({ verdict: 'unknown', library: null, path: null });
    expect(await check({ url, quote: claim.quote })).toMatchObject({ verdict: 'unknown', library: null, path: null });
  });

  it('reports what was served and how it came out, by day and by version', async () => {
    const { client, projectId } = await app.otherTenant('Reported');
    const { citationId } = await cite('how often lit', '1.0.0', client);
    const quotes = ['must not be lit more than 5 times', 'setColour for its colour', 'must be lit more than 5 times'];
    await client.verifyCitations({ citations: quotes.map((quote) => ({ citationId, quote })) });
    await client.verifyCitations({ citations: [{ quote: 'of nothing' }] });
    await vi.waitFor(async () => expect((await client.getCitationReport({})).served).toBeGreaterThan(0), patience);
    const report = await client.getCitationReport({ timeRange: '7d' });
    const verdicts = { found: 2, altered: 1, wrong_version: 0, stale: 0, unknown: 1 };
    expect(report).toMatchObject({ timeRange: '7d', checked: 4, verdicts, accuracy: 0.5 });
    expect(report.days).toEqual([
      { day: new Date(clock()).toISOString().slice(0, 10), served: report.served, ...verdicts },
    ]);
    expect(report.libraries).toEqual([
      { library: 'lantern', version: '1.0.0', served: report.served, ...verdicts, unknown: 0 },
    ]);

    await app.database.asSystem(({ sql }) =>
      sql.updateTable('knowledge_checked').set({ day: '2020-01-01' }).where('project_id', '=', projectId).execute(),
    );
    expect(await client.getCitationReport({ timeRange: '7d' })).toMatchObject({
      served: 0,
      checked: 0,
      accuracy: null,
    });
  });
});
