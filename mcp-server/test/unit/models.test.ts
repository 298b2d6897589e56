import { contract, parseInput, RecommendationLog } from '@whetstone/shared/contract';
import { compileTable, unpackTable } from '@whetstone/shared/portfolio';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelFunctions } from '../../src/model-functions.ts';
import { modelsOver, type ModelsParts } from '../../src/models/index.ts';
import { tablePath } from '../../src/models/table-store.ts';
import type { CloudReply } from '../../src/offline/cloud-call.ts';
import { patienceMs } from '../../src/offline/last-answers.ts';
import { pendingRecords } from '../../src/offline/outbox/inspect.ts';
import { recommendModel } from '../../src/tools/recommend-model.ts';
import { recordOutcome } from '../../src/tools/record-outcome.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { manualClock } from '../support/manual-clock.ts';
import { newOutbox } from '../support/outbox.ts';
import { newStateDir } from '../support/reader.ts';
import { packedTable, sampleTable } from '../support/routing-table.ts';

const origin = { url: 'http://cloud.test', apiKey: 'wsk_selector1234_secret', selector: 'selector1234' };
const away: CloudReply = { kind: 'away', why: 'the cloud does not answer' };
const task = { taskType: 'refactor', language: 'typescript', verify: 'tests' } as const;
const aTable =
  (packed: unknown = packedTable(), etag = '"e1"') =>
  () =>
    Response.json(packed, { headers: { etag } });
const gone = () => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
};

/** One process; two with the same `stateDir` are two processes, or one restarted. */
function newModels(more: Partial<ModelsParts> & { reply?: CloudReply; table?: () => Response } = {}) {
  const { reply = away, table = gone, stateDir = newStateDir(), ...parts } = more;
  const clock = manualClock();
  const { outbox, directory } = newOutbox();
  const seen = { paths: [] as string[], waits: [] as number[], etags: [] as (string | undefined)[] };
  const now = { reply, table };
  const models = modelsOver({
    origin,
    obstacle: undefined,
    stateDir,
    defaultsFile: undefined,
    defaultModel: undefined,
    tracks: true,
    transport: async (_url, { headers } = {}) => {
      seen.etags.push(headers?.['if-none-match']);
      return now.table();
    },
    attempt: async (path, waitMs) => {
      seen.paths.push(path);
      seen.waits.push(waitMs);
      return now.reply;
    },
    record: (told) => outbox.append(told),
    clock,
    random: () => 0,
    ...parts,
  });
  const told = async () => {
    await outbox.close();
    return (await pendingRecords(directory)).map(({ operation, body }) => ({ operation, body }));
  };
  const recommend = async (request: unknown = task) => {
    const answer = await models.recommend(request);
    return 'refusal' in answer ? expect.unreachable(answer.refusal) : answer;
  };
  const sync = async () => {
    await models.refresh();
    await models.settled();
  };
  return { models, seen, now, clock, stateDir, told, recommend, sync, path: tablePath(stateDir, origin) };
}

const byCloud = () => {
  const { answer } = compileTable(unpackTable(packedTable())).recommend(task, { mayExplore: true, random: () => 0 });
  return { ...answer, recommendationId: '01997a2e-0000-7000-8000-000000000000' };
};

describe('a recommendation', () => {
  it('is that of the cloud while it answers, asked for in its words', async () => {
    const { recommend, seen, told } = newModels({ reply: { kind: 'answered', body: byCloud() } });
    expect(await recommend({ ...task, repoId: 'acme/api', maxCost: 0.1, userId: null })).toEqual({
      ...byCloud(),
      source: 'cloud',
      ageMs: 0,
    });
    expect(seen.paths).toEqual([
      '/api/portfolio/recommend?taskType=refactor&language=typescript&verify=tests&repoId=acme%2Fapi&maxCost=0.1',
    ]);
    // The cloud remembers its own.
    expect(await told()).toEqual([]);
  });

  it('is the same by the last known table while the cloud is away, with its age', async () => {
    const { recommend, sync, clock, now } = newModels({ table: aTable() });
    await sync();
    now.table = gone;
    clock.advance(180_000);
    const { recommendationId: _, ...wanted } = byCloud();
    expect(await recommend()).toEqual({
      ...wanted,
      recommendationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'cache',
      ageMs: 180_000,
      degradedReason: 'the cloud does not answer. Recommended by the routing table that was confirmed 3 min ago.',
    });
  });

  it('outlasts the process, and never grows too old to be given', async () => {
    const first = newModels({ table: aTable() });
    await first.sync();
    const next = newModels({ stateDir: first.stateDir });
    next.clock.advance(400 * 86_400_000);
    expect(await next.recommend()).toMatchObject({ model: 'small', source: 'cache', ageMs: 400 * 86_400_000 });
    expect(await next.models.status()).toEqual({ version: 'v1', ageMs: 400 * 86_400_000 });
  });

  it('waits less for the cloud where there is a table to answer by', async () => {
    const unknown = newModels();
    await unknown.recommend();
    expect(unknown.seen.waits).toEqual([patienceMs.without]);
    const known = newModels({ table: aTable() });
    await known.sync();
    await known.recommend();
    expect(known.seen.waits).toEqual([patienceMs.withSnapshot]);
  });

  it('is told to the cloud once it was made without it, as the cloud takes it', async () => {
    const { recommend, sync, told } = newModels({ table: aTable() });
    await sync();
    const { recommendationId } = await recommend({ ...task, taskId: 't-1' });
    const [record] = await told();
    expect(record).toMatchObject({
      operation: 'logRecommendations',
      body: {
        recommendations: [
          { recommendationId, tableVersion: 'v1', taskId: 't-1', model: 'small', incumbent: 'big', explored: false },
        ],
      },
    });
    const { recommendations } = record!.body as { recommendations: unknown[] };
    parseInput(RecommendationLog, recommendations[0]);
  });

  it('is told to nobody and names nobody with DO_NOT_TRACK', async () => {
    const { recommend, sync, told, seen } = newModels({ table: aTable(), tracks: false });
    await sync();
    await recommend({ ...task, userId: 'kim' });
    expect(await told()).toEqual([]);
    expect(seen.paths[0]).not.toContain('kim');
  });

  it('takes no secret out of the machine, and joins by the pseudonym that outcomes are told with', async () => {
    const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    const { models, recommend, told, seen } = newModels();
    await recommend({ taskType: `x ${token}`, repoId: `acme/${token}` });
    await models.recordOutcome({ taskType: 'x', model: 'm', success: true, timeMs: 1, repoId: `acme/${token}` });
    expect(seen.paths[0]).not.toContain(token);
    const [{ body } = { body: {} }] = await told();
    const asked = new URL(seen.paths[0]!, origin.url).searchParams.get('repoId');
    expect(asked).toMatch(/^anon-/);
    expect(body).toMatchObject({ repoId: asked });
  });

  it.each([
    [{ maxCost: Number.NaN }, '`maxCost` must be 0 to 1000000 US dollars, not NaN.'],
    [{ maxCost: -1 }, '`maxCost` must be'],
    [{ contextTokens: 1.5 }, '`contextTokens` must be a whole number'],
    [{ verify: 'maybe' }, '`verify` must be one of none, tests, review, not "maybe".'],
    [{ taskType: 7 }, '`taskType` must be a text'],
    [{ languge: 'x' }, 'there is no `languge`; did you mean language?'],
    ['refactor', 'an object is needed'],
  ])('of a request that cannot be meant is refused by name: %j', async (request, sentence) => {
    const { models, seen } = newModels();
    expect(await models.recommend(request)).toEqual({ refusal: expect.stringContaining(sentence) });
    await expect(modelFunctions(models).recommendModel(request as never)).rejects.toThrow(RangeError);
    expect(seen.paths).toEqual([]);
  });

  it.each([
    ['something else answers', { kind: 'answered', body: { ok: true } } as CloudReply, 'is no recommendation.'],
    [
      'the key may not',
      { kind: 'refused', status: 403, why: 'forbidden: a viewer' } as CloudReply,
      'forbidden: a viewer.',
    ],
    [
      'it is older',
      { kind: 'refused', status: 404, why: 'not_found: update it' } as CloudReply,
      'not_found: update it.',
    ],
  ])('comes from the table when %s', async (_what, reply, why) => {
    const { recommend, sync } = newModels({ reply, table: aTable() });
    await sync();
    expect(await recommend()).toMatchObject({
      model: 'small',
      source: 'cache',
      degradedReason: expect.stringContaining(why),
    });
  });

  it('passes on what the cloud does not like about the question', async () => {
    const { models } = newModels({ reply: { kind: 'refused', status: 400, why: 'invalid: repoSize' } });
    expect(await models.recommend(task)).toEqual({ refusal: 'invalid: repoSize' });
  });
});

describe('the table', () => {
  it('is asked for by its ETag, at most once a minute, and kept when it is unchanged', async () => {
    const { models, seen, now, clock } = newModels({ table: aTable() });
    await models.refresh();
    await models.refresh();
    expect(seen.etags).toEqual([undefined]);
    now.table = () => new Response(null, { status: 304 });
    clock.advance(60_000);
    await models.refresh();
    expect(seen.etags).toEqual([undefined, '"e1"']);
    expect(await models.status()).toEqual({ version: 'v1', ageMs: 0 });
  });

  it('is asked for by the ETag of the process before', async () => {
    const first = newModels({ table: aTable() });
    await first.sync();
    const next = newModels({ stateDir: first.stateDir, table: () => new Response(null, { status: 304 }) });
    await next.sync();
    expect(next.seen.etags).toEqual(['"e1"']);
    expect(await next.models.status()).toEqual({ version: 'v1', ageMs: 0 });
  });

  it.each([
    ['cut in half', (text: string) => text.slice(0, text.length / 2)],
    ['with a bit turned', (text: string) => text.replace('"small"', '"smell"')],
    ['of something else', () => 'not a table at all'],
  ])('that lies on disk %s is set aside, and fetched whole', async (_how, damage) => {
    const first = newModels({ table: aTable() });
    await first.sync();
    writeFileSync(first.path, damage(readFileSync(first.path, 'utf8')));
    const next = newModels({ stateDir: first.stateDir });
    expect(await next.recommend()).toMatchObject({
      model: null,
      source: 'default',
      degradedReason: expect.stringContaining('is damaged and was ignored; it is kept as '),
    });
    expect(readdirSync(join(first.path, '..')).some((name) => name.endsWith('.damaged'))).toBe(true);
    next.now.table = aTable();
    next.clock.advance(60_000);
    await next.sync();
    expect(next.seen.etags).toEqual([undefined, undefined]);
    expect(await next.recommend()).toMatchObject({ model: 'small', source: 'cache' });
  });

  it('that comes unreadable does not take the place of the one before', async () => {
    const { sync, recommend, models, now, clock } = newModels({ table: aTable() });
    await sync();
    now.table = aTable({ version: 7 }, '"e2"');
    clock.advance(60_000);
    await sync();
    expect(await recommend()).toMatchObject({ model: 'small', tableVersion: 'v1' });
    expect((await models.status()).problem).toContain('the one before stays in use');
  });

  it('of a newer whetstone-mcp is left as it is', async () => {
    const first = newModels({ table: aTable() });
    await first.sync();
    const newer = readFileSync(first.path, 'utf8').replace('"format":1', '"format":2');
    writeFileSync(first.path, newer);
    const next = newModels({ stateDir: first.stateDir, table: aTable() });
    await next.sync();
    expect(readFileSync(first.path, 'utf8')).toBe(newer);
    expect((await next.models.status()).problem).toContain('of a newer whetstone-mcp');
  });

  it('of another key is not answered by', async () => {
    const first = newModels({ table: aTable() });
    await first.sync();
    const other = newModels({ stateDir: first.stateDir, origin: { ...origin, selector: 'other1234567' } });
    expect(await other.recommend()).toMatchObject({ model: null, source: 'default' });
  });

  it('cannot be written: models are recommended all the same, and it is said', async () => {
    const file = join(newStateDir(), 'a-file');
    writeFileSync(file, '');
    const { sync, recommend, models } = newModels({ stateDir: file, table: aTable() });
    await sync();
    expect(await recommend()).toMatchObject({ model: 'small', source: 'cache' });
    expect((await models.status()).problem).toContain('cannot be written (ENOTDIR)');
  });

  it('is neither asked for nor missed where the cloud must not be asked', async () => {
    const first = newModels({ table: aTable() });
    await first.sync();
    const offline = newModels({ stateDir: first.stateDir, obstacle: 'WHETSTONE_OFFLINE is set.' });
    await offline.sync();
    expect(offline.seen.etags).toEqual([]);
    expect(await offline.recommend()).toMatchObject({ model: 'small', source: 'cache' });
  });
});

describe('where nothing is known', () => {
  const fileOf = (content: object) => {
    const file = join(newStateDir(), 'defaults.json');
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  it('the defaults file answers, first by the kind of task', async () => {
    const defaultsFile = fileOf({ model: 'usual', models: { refactor: 'special' } });
    const { recommend } = newModels({ defaultsFile });
    expect(await recommend()).toMatchObject({ model: 'special', plan: [], source: 'default' });
    expect(await recommend({ taskType: 'docs' })).toMatchObject({
      model: 'usual',
      degradedReason: 'the cloud does not answer. No routing table was kept from before.',
    });
  });

  it('a default is answered where cloud or table know no model either', async () => {
    const empty = sampleTable({ models: [], cells: [] });
    const { answer } = compileTable(empty).recommend({}, { mayExplore: false, random: () => 0 });
    const body = { ...answer, recommendationId: '01997a2e-0000-7000-8000-000000000000' };
    const { recommend } = newModels({ defaultModel: 'usual', reply: { kind: 'answered', body } });
    expect(await recommend({})).toMatchObject({ model: 'usual', source: 'default', reason: /^usual is the default\./ });
  });

  it('no default gets around a cap: where a filter took every model out, there is none', async () => {
    const { recommend, sync, told } = newModels({ defaultModel: 'usual', table: aTable() });
    await sync();
    expect(await recommend({ ...task, maxCost: 0 })).toMatchObject({
      model: null,
      source: 'cache',
      reason: expect.stringContaining('maxCost'),
    });
    expect(await told()).toEqual([]);
  });

  it('a program gets an empty text and the reason', async () => {
    const { models } = newModels();
    expect(await modelFunctions(models).recommendModel({ taskType: 'refactor' })).toMatchObject({
      model: '',
      reason: expect.stringContaining('WHETSTONE_DEFAULTS'),
    });
  });
});

const outcome = { taskType: 'refactor', model: 'small', outcome: 'solved', timeMs: 41_000 } as const;

describe('an outcome', () => {
  it('lies in the outbox as the cloud takes it', async () => {
    const { models, told } = newModels();
    const whole = { ...outcome, taskId: 't-1', attempt: 2, costUsd: 0.02, flags: { f: 'on' }, metrics: { lines: 3 } };
    expect(await modelFunctions(models).recordOutcome(whole)).toEqual({ accepted: true, id: expect.any(String) });
    const [record] = await told();
    expect(record).toEqual({
      operation: 'recordOutcome',
      body: { ...whole, at: '2026-03-01T09:00:00.000Z' },
    });
    parseInput(contract.recordOutcome.input, record!.body);
  });

  it.each([
    [{ costUsd: -0.01 }, '`costUsd` must be 0 to 1000000 US dollars, not -0.01.'],
    [{ costUsd: Number.NaN }, '`costUsd` must be 0 to 1000000 US dollars, not NaN.'],
    [{ costUsd: '0.02' }, '`costUsd` must be'],
    [{ timeMs: Infinity }, '`timeMs` must be'],
    [{ timeMs: undefined }, '`timeMs` is missing.'],
    [{ model: ' ' }, '`model` must be a text'],
    [{ outcome: 'great' }, '`outcome` must be one of solved, failed, provider_error, aborted, unknown, not "great".'],
    [{ success: true }, '`success` says what `outcome` says'],
    [{ outcome: undefined }, '`outcome` is missing: one of solved,'],
    [{ inputTokens: 1.5 }, '`inputTokens` must be a whole number'],
    [{ corrects: true }, '`corrects` needs the `taskId` and `attempt`'],
    [{ metrics: { success: 1 } }, '`metrics` must be'],
    [{ metrics: { a: Number.NaN } }, '`metrics` must be'],
    [{ flags: { A: 'on' } }, '`flags` must be'],
    [{ at: 'yesterday' }, '`at` must be an ISO-8601 instant'],
    [{ cost: 0.02 }, 'there is no `cost`'],
  ])('that cannot be right is refused by name before it is queued: %j', async (wrong, sentence) => {
    const { models, told } = newModels();
    const { recordOutcome: record } = modelFunctions(models);
    const reason = expect.stringContaining(sentence);
    expect(await record({ ...outcome, ...wrong } as never)).toEqual({ accepted: false, reason });
    expect(await told()).toEqual([]);
  });

  it('is accepted by the disk and not by the network, and says so', async () => {
    const { models } = newModels({ obstacle: 'WHETSTONE_OFFLINE is set.' });
    const answer = await recordOutcome.handler(outcome, { models } as unknown as ToolContext);
    expect(answer).toEqual({
      structured: expect.objectContaining({
        accepted: true,
        source: 'cache',
        degradedReason: 'WHETSTONE_OFFLINE is set.',
      }),
      text: 'recorded: it lies on this machine and reaches the cloud once. WHETSTONE_OFFLINE is set.',
    });
  });

  it('is refused visibly when there is no room for it', async () => {
    const full = 'The outbox is full; let the server take what waits.';
    const { models } = newModels({ record: async () => ({ accepted: false, reason: full }) });
    const answer = await recordOutcome.handler(outcome, { models } as unknown as ToolContext);
    expect(answer).toEqual({
      structured: { accepted: false, reason: full, source: 'default', degradedReason: full },
      text: `not recorded: ${full}`,
    });
  });
});

it('a person reads model, reason and how old it is', async () => {
  const { models, sync } = newModels({ table: aTable() });
  await sync();
  const answer = await recommendModel.handler(task, { models } as unknown as ToolContext);
  const [first, what, last] = 'text' in answer ? answer.text.split('\n') : [];
  expect(first).toMatch(/^small: 89 of 100 similar TypeScript refactors succeeded; next 10: 7-10; 90 % cheaper/);
  expect(what).toMatch(/^big would be the answer if/);
  expect(last).toMatch(/^· cache, 0 ms old: .* · recommendationId [0-9a-f-]{36}$/);
});
