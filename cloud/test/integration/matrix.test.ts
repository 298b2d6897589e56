import {
  contract,
  hasBody,
  mayActAs,
  ofrep,
  pathKeys,
  roles,
  sockets,
  streams,
  type Operation,
  type Role,
} from '@whetstone/shared/contract';
import { formatApiKey } from '@whetstone/shared/keys';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bisectRepository } from '../../src/features/evals/bisect/repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { insertRun } from '../support/run-rows.ts';
import { writeDocs } from '../support/written-docs.ts';
import { anAlert } from '../support/made-runs.ts';
import { acceptedCorrection, aCorrection } from '../support/corrections.ts';
import { aFlag } from '../support/flags.ts';

type Id = keyof typeof contract | keyof typeof streams | keyof typeof sockets | keyof typeof ofrep;
type Sample = Record<string, unknown>;

const operations = Object.entries({ ...contract, ...streams, ...sockets, ...ofrep }) as [Id, Operation][];
const guarded = operations.filter(([, op]) => op.role !== 'public') as [Id, Operation & { role: Role }][];

interface Own {
  flag: string;
  archived: string;
  /** With a rollout plan. */
  rollout: string;
  /** The same, paused. */
  paused: string;
  segment: string;
  keyId: string;
  jobId: string;
  webhookId: string;
  scheduleId: string;
  evalRun: string;
  runId: string;
  /** An alert. */
  regressionId: string;
  bisectId: string;
  sourceId: string;
  guidance: string;
  /** A correction, accepted. */
  feedbackId: string;
  patternId: string;
}

const ownPattern = (app: TestApp) =>
  app.database.asProject(app.projectId, async ({ sql, now }) => {
    const id = uuidv7();
    await sql
      .insertInto('feedback_pattern')
      .values({
        id,
        project_id: app.projectId,
        kind: 'failure',
        key: 'other model none',
        language: '',
        task_type: '',
        title: 'other in the model none',
        template: null,
        figures: JSON.stringify({ support: { corrections: 0, tasks: 0, repos: 0, users: 0 }, ...noFigures }),
        is_pattern: false,
        rank: -1,
        first_at: now,
        last_at: now,
        learned_at: now,
      })
      .execute();
    return id;
  });

const noFigures = {
  changed: 0,
  survived: 0,
  rate: null,
  rateInterval: null,
  baseRate: null,
  lift: null,
  liftInterval: null,
  isPattern: false,
  whyNot: 'seen in 0 corrections, and 3 are needed',
  byModel: [],
  byRepo: [],
  of: { failure: 'other', dimension: 'model', value: 'none' },
};

/** A good request for every operation; the compiler asks for one when an operation is added. */
const samples: Record<Id, (own: Own) => Sample> = {
  getHealth: () => ({}),
  getReadiness: () => ({}),
  getMe: () => ({}),
  listProjects: () => ({}),
  createProject: () => ({ name: `project ${uuidv7()}` }),
  listKeys: () => ({}),
  createKey: () => ({ name: 'another', role: 'viewer' }),
  updateKey: ({ keyId }) => ({ id: keyId, name: 'renamed' }),
  rotateKey: ({ keyId }) => ({ id: keyId }),
  revokeKey: ({ keyId }) => ({ id: keyId }),
  createFlag: () => ({ ...aFlag(`new-${uuidv7()}`) }),
  listFlags: () => ({}),
  getRuleset: () => ({}),
  streamFlags: () => ({}),
  getFlag: ({ flag }) => ({ key: flag }),
  updateFlag: ({ flag }) => ({ ...aFlag(flag), version: 1 }),
  archiveFlag: ({ flag }) => ({ key: flag }),
  restoreFlag: ({ archived }) => ({ key: archived }),
  evaluateFlag: ({ flag }) => ({ key: flag, userId: 'alice' }),
  getFlagHistory: ({ flag }) => ({ key: flag }),
  rollBackFlag: ({ flag }) => ({ key: flag, version: 1 }),
  listSegments: () => ({}),
  createSegment: () => ({ key: `new-${uuidv7()}`, included: ['alice'] }),
  getSegment: ({ segment }) => ({ key: segment }),
  updateSegment: ({ segment }) => ({ key: segment, version: 1, included: ['alice'] }),
  deleteSegment: ({ segment }) => ({ key: segment }),
  getSegmentHistory: ({ segment }) => ({ key: segment }),
  rollBackSegment: ({ segment }) => ({ key: segment, version: 1 }),
  putOverride: ({ flag }) => ({ key: flag, values: ['alice'], variant: 'on' }),
  deleteOverride: ({ rollout }) => ({ key: rollout, value: 'alice' }),
  getRollout: ({ rollout }) => ({ key: rollout }),
  putRollout: ({ rollout }) => ({ key: rollout, steps: [{ at: '2030-01-01T00:00:00Z', coverage: 50 }] }),
  deleteRollout: ({ rollout }) => ({ key: rollout }),
  pauseRollout: ({ rollout }) => ({ key: rollout }),
  resumeRollout: ({ paused }) => ({ key: paused }),
  recordExposures: ({ flag }) => ({ exposures: [{ flag, variant: 'on', userId: 'alice' }] }),
  getFlagUsage: ({ flag }) => ({ key: flag }),
  listStaleFlags: () => ({}),
  exportFlags: () => ({}),
  importFlags: () => ({ format: 'flagd', document: { flags: {} } }),
  evaluateFlagByOfrep: ({ flag }) => ({ key: flag, context: { targetingKey: 'alice' } }),
  evaluateFlagsByOfrep: () => ({ context: { targetingKey: 'alice' } }),
  getExperiment: ({ flag }) => ({ key: flag }),
  recordOutcomes: () => ({
    outcomes: [
      {
        taskType: 'refactor',
        model: 'some-model',
        success: true,
        timeMs: 1_250,
        taskId: `task-${uuidv7()}`,
        attempt: 1,
      },
    ],
  }),
  recommendModel: () => ({
    taskType: 'refactor',
    language: 'typescript',
    complexity: 'medium',
    repoId: 'acme/api',
    repoSize: 50_000,
    contextTokens: 8_000,
    maxCost: 0.5,
    maxTimeMs: 600_000,
    verify: 'tests',
    text: 'Split the module',
    taskId: 'task-1',
    userId: 'user-1',
  }),
  getRoutingTable: () => ({}),
  logRecommendations: () => ({
    recommendations: [
      {
        recommendationId: uuidv7(),
        at: '2026-03-01T09:00:00Z',
        tableVersion: '1',
        policyVersion: '1',
        model: 'some-model',
        explored: false,
        propensity: 1,
        plan: ['some-model'],
      },
    ],
  }),
  getPortfolioModels: () => ({}),
  putPortfolioModels: () => ({ settings: {}, version: 0 }),
  getPortfolioReport: () => ({ timeRange: '30d' }),
  recordOutcome: () => ({
    taskId: `task-${uuidv7()}`,
    attempt: 1,
    taskType: 'refactor',
    model: 'some-model',
    success: true,
    costUsd: 0.02,
    inputTokens: 900,
    outputTokens: 80,
    cacheTokens: 0,
    timeMs: 1_250,
    language: 'typescript',
    complexity: 'medium',
    repoId: 'acme/api',
    repoSize: 50_000,
    taskText: 'rename the function',
    userId: 'alice',
    recommendationId: 'r-1',
    verified: true,
    flags: { 'new-fixer-prompt': 'on' },
    guidanceVersion: '3',
    metrics: { toolCalls: 14 },
    at: '2026-01-01T00:00:00Z',
  }),
  createEvalSchedule: () => ({ ...aSchedule() }),
  listEvalSchedules: () => ({}),
  getEvalSchedule: ({ scheduleId }) => ({ id: scheduleId }),
  putEvalSchedule: ({ scheduleId }) => ({ id: scheduleId, ...aSchedule() }),
  deleteEvalSchedule: ({ scheduleId }) => ({ id: scheduleId }),
  runEvalSchedule: ({ scheduleId }) => ({ id: scheduleId }),
  createEvalDataset: () => ({ name: 'own-tasks', tasks: { sums: { 'task.toml': 'schema = "1"' } } }),
  listEvalDatasets: () => ({}),
  deleteEvalDataset: () => ({ name: 'own-tasks' }),
  startEvalRun: () => ({ dataset: 'starter', subject: { kind: 'reference' }, problems: ['typescript-slug'] }),
  getEvalResults: ({ evalRun }) => ({ runId: evalRun }),
  getEvalSample: ({ evalRun }) => ({ runId: evalRun, problemId: 'typescript-slug' }),
  listEvalRuns: () => ({}),
  cancelEvalRun: ({ evalRun }) => ({ runId: evalRun }),
  resumeEvalRun: ({ evalRun }) => ({ runId: evalRun }),
  listJobs: () => ({}),
  retryJob: ({ jobId }) => ({ id: jobId }),
  createWebhook: () => ({ url: 'http://127.0.0.1/hook', events: ['eval.run.completed'], description: 'a hook' }),
  listWebhooks: () => ({}),
  updateWebhook: ({ webhookId }) => ({ id: webhookId, enabled: true, events: [] }),
  deleteWebhook: ({ webhookId }) => ({ id: webhookId }),
  pingWebhook: ({ webhookId }) => ({ id: webhookId }),
  listWebhookDeliveries: ({ webhookId }) => ({ id: webhookId }),
  getLeaderboard: () => ({ dataset: 'humaneval', timeRange: '7d', kind: 'model', taskType: 'strings' }),
  listEvalSources: () => ({}),
  compareEvalRuns: ({ evalRun, runId }) => ({ a: evalRun, b: runId }),
  importPublishedResults: () => ({
    source: 'aider',
    content: '- model: some-model\n  pass_rate_1: 50.0\n  test_cases: 2\n  pass_num_1: 1\n',
    dataset: 'aider-polyglot',
    sourceUrl: 'https://example.com/board.yml',
    licence: 'Apache-2.0',
  }),
  listPublishedResults: () => ({ dataset: 'aider-polyglot' }),
  deletePublishedResults: () => ({ source: 'aider', dataset: 'aider-polyglot' }),
  createLiveTicket: ({ runId }) => ({ runId }),
  followEvalRun: ({ runId }) => ({ runId }),
  // Without `code`, which takes anything.
  submitEvalRun: () => ({
    taskId: `task-${uuidv7()}`,
    model: 'some-model',
    problem: 'rename-a-function',
    taskType: 'refactor',
    passed: true,
    costUsd: 0.02,
    timeMs: 1_250,
    commit: '3f786850e387550fdab836ed7e6dc881de23001b',
    userId: 'alice',
    repoId: 'acme/api',
    flags: { 'new-fixer-prompt': 'on' },
    guidanceVersion: '3',
    at: '2026-01-01T00:00:00Z',
  }),
  listRegressions: () => ({}),
  getRegression: ({ regressionId }) => ({ id: regressionId }),
  acknowledgeRegression: ({ regressionId }) => ({ id: regressionId }),
  muteRegression: ({ regressionId }) => ({ id: regressionId, until: null }),
  assignRegression: ({ regressionId }) => ({ id: regressionId, assignee: 'ann' }),
  getEvalSettings: () => ({}),
  putEvalSettings: () => ({ rollback: 'dry_run' }),
  startBisect: ({ regressionId }) => ({
    over: { kind: 'flagVersions', flag: 'target', variant: 'on', good: 1, bad: 2 },
    dataset: 'starter',
    subject: { kind: 'model', model: 'a model' },
    problems: ['python-split-bill'],
    confidence: 0.95,
    seedRuns: 10,
    maxRuns: 40,
    sandbox: 'pyodide',
    budgetUsd: 5,
    regressionId,
  }),
  listBisects: () => ({}),
  getBisect: ({ bisectId }) => ({ id: bisectId }),
  cancelBisect: ({ bisectId }) => ({ id: bisectId }),
  resumeBisect: ({ bisectId }) => ({ id: bisectId, maxRuns: 100 }),
  searchKnowledge: () => ({ query: 'how is it done', library: 'our-docs' }),
  readDocs: () => ({ library: 'our-docs', version: '1.0.0' }),
  getKnowledgeSegments: () => ({ library: 'our-docs', version: '1.0.0' }),
  verifyCitations: () => ({ citations: [{ citationId: '0'.repeat(20), quote: 'so it is done' }] }),
  getCitationReport: () => ({}),
  listLibraries: () => ({}),
  listSources: () => ({}),
  createSource: () => ({ library: 'our-docs', version: '1.0.0', source: { kind: 'npm' }, refresh: 'never' }),
  deleteSource: ({ sourceId }) => ({ id: sourceId }),
  startIngest: () => ({ library: 'our-docs', version: '2.0.0', source: { kind: 'npm' } }),
  listIngests: () => ({}),
  listGuidance: () => ({}),
  createGuidance: () => ({ rules: [{ text: 'Prefer const over let' }] }),
  draftGuidance: () => ({ taskType: 'refactor', limit: 3 }),
  activeGuidance: () => ({ taskType: 'refactor', language: 'typescript', userId: 'alice', repoId: 'acme/api' }),
  getGuidanceVersion: ({ guidance }) => ({ version: guidance }),
  releaseGuidance: ({ guidance }) => ({ version: guidance, dataset: 'starter', model: 'a model' }),
  retireGuidance: ({ guidance }) => ({ version: guidance }),
  // Of the patches nothing is wrong: they take any JSON.
  captureFeedback: () => ({ ...aCorrection(), taskType: 'refactor', userId: 'user-2', flags: { 'new-prompt': 'on' } }),
  recordSurvival: () => ({ items: [{ session: 's-1', lines: { kept: 3, edited: 1 }, agentLines: 4, covered: true }] }),
  listFeedback: () => ({ taskType: 'refactor', assignee: 'none' }),
  getFeedback: ({ feedbackId }) => ({ id: feedbackId }),
  reviewFeedback: ({ feedbackId }) => ({ id: feedbackId, labels: ['seen'], note: 'as it should be' }),
  makeEvalTask: ({ feedbackId }) => ({ id: feedbackId, dataset: 'corrections' }),
  feedbackSummary: () => ({ timeRange: '30d' }),
  exportFeedback: () => ({ format: 'jsonl' }),
  deleteFeedbackOfUser: () => ({ userId: 'user-1' }),
  getExamples: () => ({ taskType: 'refactor', query: 'a sum' }),
  listPatterns: () => ({}),
  getPattern: ({ patternId }) => ({ id: patternId }),
};

const aSchedule = () => ({
  name: 'a night',
  cron: 'nightly',
  timeZone: 'Europe/Berlin',
  run: { dataset: 'starter', subject: { kind: 'reference' as const } },
});

/** One that has ended. */
async function aBisect({ database, projectId }: TestApp): Promise<string> {
  const id = uuidv7();
  await database.asProject(projectId, (tx) =>
    bisectRepository.insert(tx, {
      id,
      status: 'cancelled',
      request: {
        over: { kind: 'flagVersions', flag: 'target', variant: 'on', good: 1, bad: 2 },
        dataset: 'starter',
        subject: { kind: 'model', model: 'a model' },
        confidence: 0.95,
        seedRuns: 10,
        maxRuns: 40,
      },
      candidates: [],
      problems: null,
      maxRuns: 40,
      resumedAfter: 0,
      answer: null,
      failure: null,
      regressionId: null,
      startedBy: 'ann',
    }),
  );
  return id;
}

const malformedBodies = [
  '{',
  '[]',
  'null',
  '"x"',
  '{"a":1}',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{}}}',
  '\u0000',
  '{"name":"\\u0000","key":"\\u0000"}',
  '{"name":"\\ud800","key":"\\ud800"}',
  '{"weight":1e999}',
  `{"key":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  JSON.stringify({ key: '../../etc', variants: null }),
  JSON.stringify({ key: 'x'.repeat(5_000) }),
];

const malformedQueries = [
  'limit=-1',
  'limit=abc',
  'limit=1e9',
  'limit=1&limit=2',
  'cursor=%00',
  'cursor=',
  'cursor=%F0%9F',
  'cursor=not-ours',
  'a[]=1&a[]=2',
  '__proto__=1&constructor=2',
  `taskType=${'x'.repeat(6_000)}`,
  "userId=';DROP TABLE flag;--",
];

describeOnEngines('every operation', (engine) => {
  let app: TestApp;
  let stranger: string;
  const keyOf = {} as Record<Role, string>;
  let own: Own;

  beforeAll(async () => {
    app = await startApp(engine);
    for (const role of roles) keyOf[role] = await app.keyWith(role);
    stranger = (await app.otherTenant('stranger')).key;
    const pages = [{ path: 'a.md', text: '# How\n\nSo it is done.\n' }];
    await writeDocs(app.database, { library: 'our-docs', version: '1.0.0', projectId: app.projectId, pages });
    const { id: keyId } = await app.admin.createKey({ name: 'target', role: 'viewer' });
    await app.admin.createFlag(aFlag('target'));
    await app.admin.createFlag(aFlag('archived'));
    await app.admin.archiveFlag({ key: 'archived' });
    const split = [{ variant: 'on', weight: 1 }];
    const rollout = { steps: [{ at: '2030-01-01T00:00:00Z', coverage: 100 }] };
    const overrides = [{ values: ['alice'], variant: 'on' }];
    for (const key of ['rolling', 'paused'])
      await app.admin.createFlag(aFlag(key, { fallthrough: { split, coverage: 0 }, rollout, overrides }));
    await app.admin.pauseRollout({ key: 'paused' });
    await app.admin.createSegment({ key: 'beta' });
    const { runId: evalRun } = await app.admin.startEvalRun({ dataset: 'starter', subject: { kind: 'reference' } });
    own = {
      evalRun,
      flag: 'target',
      archived: 'archived',
      rollout: 'rolling',
      paused: 'paused',
      segment: 'beta',
      keyId,
      jobId: await app.seedSamples(app.projectId),
      webhookId: (await app.admin.createWebhook({ url: 'http://127.0.0.1/hook' })).id,
      runId: await insertRun(app, app.projectId),
      regressionId: await anAlert(app),
      scheduleId: (await app.admin.createEvalSchedule(aSchedule())).id,
      bisectId: await aBisect(app),
      guidance: (await app.admin.createGuidance({ rules: [{ text: 'Return early' }] })).version,
      patternId: await ownPattern(app),
      sourceId: (await app.admin.createSource({ library: 'own-docs', source: { kind: 'npm' } })).id,
      feedbackId: await acceptedCorrection(app),
    };
  });
  afterAll(() => app.close());

  /** Path, query and body of an operation for an input, without asking the client that would refuse to send it. */
  function request(op: Operation, input: Sample) {
    const rest = { ...input };
    const path = op.path.replace(/:(\w+)/g, (_, name: string) => {
      const value = String(rest[name]);
      delete rest[name];
      return encodeURIComponent(value);
    });
    if (hasBody(op)) return { path, body: rest };
    const query = new URLSearchParams(
      Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return { path: query.size > 0 ? `${path}?${query.toString()}` : path, body: undefined };
  }

  const send = (op: Operation, key: string | undefined, input: Sample) => {
    const { path, body } = request(op, input);
    return app.call(op.method, path, { key, body });
  };

  async function expectProblem(answer: Response, status: number) {
    const body = (await answer.json()) as { status: number; code: string; requestId: string };
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json; charset=utf-8',
    });
    expect(body).toMatchObject({
      status,
      code: expect.any(String),
      detail: expect.any(String),
      requestId: expect.any(String),
    });
    return body;
  }

  /** A failure in the shape that the operation has for them. */
  async function expectFailure(op: Operation, answer: Response, status: number) {
    if (!op.failure) return expectProblem(answer, status);
    const body = (await answer.json()) as { errorDetails: string };
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/json; charset=utf-8',
    });
    expect(op.failure.parse(body)).toEqual(body);
    return body;
  }

  describe.each(guarded)('%s', (id, op) => {
    it('asks for a key', async () => {
      await expectFailure(op, await send(op, undefined, samples[id](own)), 401);
    });

    it.each([
      ['malformed', 'wsk_wrong_wrong'],
      ['of nobody', formatApiKey({ selector: 'n'.repeat(12), secret: 'n'.repeat(32) })],
      ['twice', 'wsk_a wsk_b'],
    ])('refuses a key that is %s', async (_, key) => {
      await expectFailure(op, await send(op, key, samples[id](own)), 401);
    });

    for (const role of roles.filter((each) => !mayActAs(each, op.role))) {
      it(`is forbidden to the role ${role}`, async () => {
        const body = await expectProblem(await send(op, keyOf[role], samples[id](own)), 403);
        expect(body).toMatchObject({ code: 'forbidden', detail: expect.stringContaining(op.role) });
      });
    }

    const names = pathKeys(op.path);
    if (op === contract.deleteFeedbackOfUser) {
      it("deletes nothing of another tenant's, whatever a user may be called", async () => {
        for (const userId of ['user-1', '.hidden', 'a b', 'x'.repeat(1_000)]) {
          const answer = await send(op, stranger, { userId });
          expect(await answer.json()).toMatchObject({ corrections: 0, survivals: 0 });
        }
      });
    } else if (names.length > 0) {
      it("does not know another tenant's id", async () => {
        const body = await expectFailure(op, await send(op, stranger, samples[id](own)), 404);
        expect(body).toMatchObject(op.failure ? { errorCode: 'FLAG_NOT_FOUND' } : { code: 'not_found' });
      });

      it('names a path value that is none', async () => {
        const wrong = ['.hidden', '%', 'a b', 'x'.repeat(3_000), '\u0000', 'ruleset?'];
        // Names of libraries are found however they are written.
        if (names[0] !== 'library') wrong.push('UPPER');
        for (const bad of wrong) {
          const answer = await send(op, keyOf.admin, { ...samples[id](own), [names[0]!]: bad });
          // To OFREP whatever nobody made is a flag that is not there.
          if (op.failure) await expectFailure(op, answer, 404);
          else expect(await expectProblem(answer, 400)).toMatchObject({ errors: [{ path: names[0] }] });
        }
      });
    }

    if (hasBody(op)) {
      it('refuses every malformed body', async () => {
        const { path } = request(op, samples[id](own));
        for (const body of malformedBodies) {
          const body400 = await expectFailure(op, await app.call(op.method, path, { key: keyOf.admin, body }), 400);
          if (!op.failure)
            expect(body400).toMatchObject({
              errors: expect.arrayContaining([{ path: expect.any(String), message: expect.any(String) }]),
            });
        }
      });

      it('names each field that has the wrong type', async () => {
        const { path, body } = request(op, samples[id](own));
        for (const name of Object.keys(body ?? {}).filter((each) => !each.endsWith('Patch'))) {
          const answer = await app.call(op.method, path, {
            key: keyOf.admin,
            // Of a batch whose entries are refused one by one, the list itself.
            body: { ...body, [name]: op === contract.recordOutcomes ? { wrong: [] } : [{ wrong: [] }] },
          });
          const failure = await expectFailure(op, answer, 400);
          if (op.failure) expect(failure).toMatchObject({ errorDetails: expect.stringContaining(name) });
          else {
            const { errors } = failure as unknown as { errors: { path: string }[] };
            expect(errors.some((error) => error.path === name || error.path.startsWith(`${name}.`))).toBe(true);
          }
        }
      });

      it('takes nothing but JSON, and no more than it says', async () => {
        const { path } = request(op, samples[id](own));
        const text = { 'content-type': 'text/plain' };
        await expectFailure(op, await app.call(op.method, path, { key: keyOf.admin, body: 'x', headers: text }), 415);
        const large = { name: 'x'.repeat((op.maxBytes ?? 2 ** 20) + 50_000) };
        await expectFailure(op, await app.call(op.method, path, { key: keyOf.admin, body: large }), 413);
      });
    } else {
      it('survives every malformed query', async () => {
        const { path } = request(op, samples[id](own));
        const shape = op.input instanceof z.ZodObject ? op.input.shape : {};
        for (const query of malformedQueries.filter((each) => op.method === 'GET' || !each)) {
          const answer = await app.call(op.method, `${path}${path.includes('?') ? '&' : '?'}${query}`, {
            key: keyOf.admin,
          });
          const concerned = query.split('=')[0]!;
          if (!Object.hasOwn(shape, concerned) || concerned === 'userId') expect(answer.status).toBeLessThan(500);
          else expect(await expectProblem(answer, 400)).toMatchObject({ errors: [{ path: concerned }] });
        }
      });
    }
  });

  it('is in the matrix: the sums of what was tried', () => {
    const lower = guarded.reduce((sum, [, op]) => sum + roles.filter((role) => !mayActAs(role, op.role)).length, 0);
    const withPath = guarded.filter(([, op]) => pathKeys(op.path).length > 0).length;
    console.info(
      `${engine.name}: ${guarded.length} guarded of ${operations.length} operations; ${guarded.length * 4} missing or wrong keys, ` +
        `${lower} lower roles, ${withPath} ids of another tenant, ` +
        `${guarded.filter(([, op]) => hasBody(op)).length * malformedBodies.length} malformed bodies`,
    );
    expect(Object.keys(samples).toSorted()).toEqual(operations.map(([id]) => id).toSorted());
  });

  it("shows in no list what is another tenant's", async () => {
    const theirs = app.clientOf(stranger);
    expect((await theirs.listFlags({})).items).toEqual([]);
    expect((await theirs.listStaleFlags({ neverEvaluatedDays: 1 })).items).toEqual([]);
    expect(await theirs.getRuleset({})).toMatchObject({ flags: [], segments: [] });
    expect((await theirs.listSegments({})).items).toEqual([]);
    expect((await theirs.listEvalSchedules({})).items).toEqual([]);
    expect((await theirs.listEvalDatasets({})).items.filter(({ source }) => source === 'project')).toEqual([]);
    expect((await theirs.listEvalRuns({})).items).toEqual([]);
    expect((await theirs.listJobs({})).items).toEqual([]);
    expect((await theirs.listBisects({})).items).toEqual([]);
    expect((await theirs.listRegressions({})).items).toEqual([]);
    expect((await theirs.listWebhooks({})).items).toEqual([]);
    expect((await theirs.listSources({})).items).toEqual([]);
    expect((await theirs.listIngests({})).items).toEqual([]);
    expect((await theirs.listFeedback({})).items).toEqual([]);
    expect((await theirs.getExamples({})).items).toEqual([]);
    expect((await theirs.exportFeedback({})).items).toEqual([]);
    expect(await theirs.feedbackSummary({})).toMatchObject({ corrections: 0 });
    await expect(theirs.compareEvalRuns({ a: own.evalRun, b: own.runId })).rejects.toMatchObject({ code: 'not_found' });
    const keys = (await theirs.listKeys({})).items.map(({ name }) => name);
    expect(keys).toEqual(['First admin key']);
  });
});
