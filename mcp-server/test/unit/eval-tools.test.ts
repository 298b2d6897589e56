import { describe, expect, it } from 'vitest';
import { cloudCalls, type CloudReply, type CloudRequest } from '../../src/offline/cloud-call.ts';
import type { LastAnswer } from '../../src/offline/last-answers.ts';
import { leaderboardResources } from '../../src/resources/leaderboard.ts';
import { getEvalRun } from '../../src/tools/get-eval-run.ts';
import { getLeaderboard } from '../../src/tools/get-leaderboard.ts';
import { runEval } from '../../src/tools/run-eval.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { noDocs } from '../support/no-docs.ts';
import { noFeedback } from '../support/no-feedback.ts';
import { noModels } from '../support/no-models.ts';
import { noRecording } from '../support/no-recording.ts';
import { newReader } from '../support/reader.ts';
import { silence } from '../support/scripted-cloud.ts';

type Answers = LastAnswer | ((path: string) => LastAnswer);

function contextWith({ answer, reply }: { answer?: Answers; reply?: CloudReply }) {
  const asked: CloudRequest[] = [];
  const read: string[] = [];
  const answers = async (path: string) => {
    read.push(path);
    return (typeof answer === 'function' ? answer(path) : answer) ?? expect.unreachable('read nothing');
  };
  const ctx: ToolContext = {
    flags: newReader({ cloud: silence }).reader,
    recording: noRecording,
    models: noModels,
    docs: noDocs,
    feedback: noFeedback,
    evals: {
      read: answers,
      glance: answers,
      ask: async (request) => {
        asked.push(request);
        return reply ?? expect.unreachable('asked nothing');
      },
    },
    version: '1.2.3',
    server: { url: 'http://cloud.test', keySelector: 'selector1234' },
    stateDir: '/state',
  };
  return { ctx, asked, read };
}

const rowOf = (label: string, passRate: number) => ({
  subject: { id: 'x', kind: 'model', label },
  tieGroup: 1,
  rankRange: [1, 2],
  passRate,
  interval: [passRate - 0.05, passRate + 0.05],
  n: 164,
  costPerSolvedUsd: 0.0123,
  medianTimeMs: 900,
  openRegressionId: null,
  trend: Array.from({ length: 90 }, () => ({ passRate })),
});
const board = { dataset: 'humaneval', timeRange: '7d', items: [rowOf('model-a', 0.72), rowOf('model-b', 0.7)] };

describe('get_leaderboard', () => {
  it('says of each subject how sure its rate is', async () => {
    const { ctx, read } = contextWith({ answer: { kind: 'cloud', body: board } });
    const outcome = await getLeaderboard.handler({ dataset: 'humaneval', timeRange: '7d' }, ctx);
    expect(read).toEqual(['/api/leaderboard?dataset=humaneval&timeRange=7d']);
    expect(outcome).toMatchObject({
      structured: { total: 2, items: [{ label: 'model-a', tieGroup: 1 }, { label: 'model-b' }], source: 'cloud' },
      text: expect.stringContaining('group 1: model-a 72.0 % [67.0, 77.0] n=164, $0.0123 per solved'),
    });
  });

  it('leaves out what fills a context: trends, and rows beyond the limit', async () => {
    const { ctx } = contextWith({ answer: { kind: 'cloud', body: board } });
    const outcome = await getLeaderboard.handler({ dataset: 'humaneval', limit: 1 }, ctx);
    expect(JSON.stringify(outcome)).not.toContain('trend');
    expect(outcome).toMatchObject({ structured: { items: [{ label: 'model-a' }], total: 2 } });
  });

  it('says how old the answer is when the cloud is away, and never that nothing was measured when nothing is known', async () => {
    const old = contextWith({ answer: { kind: 'cache', body: board, ageMs: 180_000, degradedReason: 'it is away' } });
    expect(await getLeaderboard.handler({ dataset: 'humaneval' }, old.ctx)).toMatchObject({
      structured: { source: 'cache', ageMs: 180_000, degradedReason: 'it is away' },
      text: expect.stringContaining('cache, 3 min old: it is away'),
    });
    const none = contextWith({ answer: { kind: 'default', degradedReason: 'it is away' } });
    expect(await getLeaderboard.handler({ dataset: 'humaneval' }, none.ctx)).toMatchObject({
      structured: { items: [], source: 'default' },
      text: expect.stringMatching(/^humaneval: not known/),
    });
  });

  it.each([
    ['starter', {}, 'starter: nothing like that in 7d; run_eval measures'],
    ['agent-work', {}, 'agent-work: nothing like that in 7d; submitEvalRun tells outcomes'],
    ['starter', { withoutVerdict: [{}] }, 'starter: 1 ran in 7d, and no sample has a verdict; get_eval_run says why'],
  ])('says of an empty board of %s what can be done: %j', async (dataset, more, headline) => {
    const { ctx } = contextWith({ answer: { kind: 'cloud', body: { ...board, items: [], ...more } } });
    expect(await getLeaderboard.handler({ dataset }, ctx)).toMatchObject({ text: `${headline}\n· cloud` });
  });

  it('shows the no of the cloud to the model', async () => {
    const { ctx } = contextWith({ answer: { kind: 'refused', why: 'invalid: timeRange' } });
    expect(await getLeaderboard.handler({ dataset: 'humaneval' }, ctx)).toEqual({ refusal: 'invalid: timeRange' });
  });
});

describe('run_eval', () => {
  it('starts a run once and answers its handle', async () => {
    const body = { runId: 'r1', status: 'queued', problemCount: 27, estimatedCostUsd: 0.5 };
    const { ctx, asked } = contextWith({ reply: { kind: 'answered', body } });
    const outcome = await runEval.handler({ dataset: 'starter', model: 'model-a', budgetUsd: 2 }, ctx);
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/api/eval/run',
        body: { dataset: 'starter', subject: { kind: 'model', model: 'model-a' }, budgetUsd: 2 },
        idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    expect(outcome).toMatchObject({ structured: { ...body, source: 'cloud' } });
  });

  it('leaves out a cost that nobody knows, as its schema has it', async () => {
    const body = { runId: 'r1', status: 'queued', problemCount: 27, estimatedCostUsd: null };
    const { ctx } = contextWith({ reply: { kind: 'answered', body } });
    const outcome = await runEval.handler({ dataset: 'starter', model: 'model-a' }, ctx);
    expect(JSON.stringify(outcome)).not.toContain('estimatedCostUsd');
    expect(outcome).toMatchObject({
      text: expect.stringMatching(/at a cost that is not known; ask get_eval_run in 10 s/),
    });
  });

  it.each([{ dataset: 'starter' }, { dataset: 'starter', model: 'm', subject: { kind: 'reference' } }])(
    'asks for exactly one subject: %j',
    async (args) => {
      const { ctx } = contextWith({});
      expect(await runEval.handler(args, ctx)).toEqual({
        refusal: expect.stringContaining('one of model and subject'),
      });
    },
  );

  it('says when it is not known whether the run was started', async () => {
    const { ctx } = contextWith({ reply: { kind: 'away', why: 'the connection broke.' } });
    expect(await runEval.handler({ dataset: 'starter', model: 'm' }, ctx)).toMatchObject({
      structured: { status: 'unknown', source: 'default', degradedReason: expect.stringContaining('not known') },
    });
  });
});

it('a server that is older than these tools is told apart from one that lacks a run', async () => {
  const problem = {
    code: 'not_found',
    detail: 'there is no operation at POST /api/eval/run; see /docs',
    requestId: 'r',
  };
  const origin = { url: 'http://cloud.test', apiKey: 'wsk_fake', selector: 'selector1234' };
  const ask = cloudCalls({ origin, obstacle: undefined }, async () => Response.json(problem, { status: 404 }));
  const { ctx } = contextWith({ reply: await ask({ method: 'POST', path: '/api/eval/run' }) });
  expect(await runEval.handler({ dataset: 'starter', model: 'm' }, ctx)).toEqual({
    refusal: expect.stringMatching(/^not_found: .*this server is older than this tool; update it/),
  });
});

describe('get_eval_run', () => {
  const run = {
    status: 'running',
    dataset: 'starter',
    subject: { label: 'model-a' },
    doneCount: 10,
    sampleCount: 27,
    counts: { passed: 7, failed: 2, timeout: 1, error: 0, skipped: 0 },
    passRate: 0.7,
    interval: [0.4, 0.9],
  };

  it('says how far the run is and what failed, in few words', async () => {
    const items = [{ problemId: 'p1', sampleIndex: 0, detail: `Traceback\n${'x'.repeat(1_000)}\nAssertionError` }];
    const timeless = { ...run, counts: { ...run.counts, failed: 3, timeout: 0 } };
    const { ctx, read } = contextWith({ answer: { kind: 'cloud', body: { run: timeless, items } } });
    const outcome = await getEvalRun.handler({ runId: 'r/1' }, ctx);
    expect(read).toEqual(['/api/eval/results/r%2F1?status=failed&limit=20']);
    expect(outcome).toMatchObject({
      structured: { status: 'running', passRate: 0.7, failures: [{ problemId: 'p1' }] },
      text: expect.stringContaining('running, 10 of 27, 70.0 % [40.0, 90.0] n=10; ask again in 10 s or more\n'),
    });
    expect(JSON.stringify(outcome).length).toBeLessThan(1_500);
  });

  // Of the results of a run: two that say something at the far end of what has no sample, and what is no failure by name.
  it('crowds what failed out by nothing: not by what was not answered, and it names timeouts and errors', async () => {
    const results = [
      ...Array.from({ length: 160 }, (_, n) => ['failed', `p${n}`, 'no sample in the file']),
      ['failed', 'q1', 'AssertionError: 1'],
      ['failed', 'q2', 'AssertionError: 2'],
      ['timeout', 'slow', 'no end after 10 s'],
      ...Array.from({ length: 9 }, (_, n) => ['error', `e${n}`, 'no machine']),
    ].map(([status, problemId, detail]) => ({ status, problemId, detail, sampleIndex: 0 }));
    const whole = { ...run, counts: { passed: 1, failed: 162, timeout: 1, error: 9, skipped: 0 }, status: 'completed' };
    const { ctx, read } = contextWith({
      answer: (path) => {
        const query = new URL(path, 'http://cloud.test').searchParams;
        const items = results.filter(({ status }) => status === query.get('status'));
        const shown = items.slice(0, Number(query.get('limit')));
        const nextCursor = shown.length < items.length ? 'more' : null;
        return { kind: 'cloud', body: { run: whole, items: shown, nextCursor } };
      },
    });
    const outcome = await getEvalRun.handler({ runId: 'r1' }, ctx);
    const named = ['failed q1', 'failed q2', 'timeout slow', 'error e0', 'error e1', 'error e2'];
    expect('text' in outcome && outcome.text.split('\n').slice(1, -1)).toEqual([
      ...named.map((name) => expect.stringContaining(`${name}: `)),
      '160 had no sample and count as failed',
    ]);
    expect(outcome).toMatchObject({
      structured: { withoutSample: 160, failures: named.map((name) => ({ problemId: name.split(' ')[1] })) },
      text: expect.stringMatching(/n=164; 9 without a verdict\n/),
    });
    expect(read).toHaveLength(4);
  });

  it('has no rate before the first verdict', async () => {
    const early = { ...run, counts: {}, passRate: null, interval: null };
    const { ctx } = contextWith({ answer: { kind: 'cloud', body: { run: early, items: [] } } });
    const outcome = await getEvalRun.handler({ runId: 'r1' }, ctx);
    expect(outcome).toMatchObject({ text: expect.stringContaining('no verdict yet') });
    expect(JSON.stringify(outcome)).not.toContain('passRate');
  });

  it('does not make up a status when nothing is known', async () => {
    const { ctx } = contextWith({ answer: { kind: 'default', degradedReason: 'away' } });
    expect(await getEvalRun.handler({ runId: 'r1' }, ctx)).toMatchObject({ structured: { status: 'unknown' } });
  });
});

describe('whetstone://leaderboard/{dataset}', () => {
  it('lists what has something to show', async () => {
    const { ctx } = contextWith({ answer: { kind: 'cloud', body: { items: [{ dataset: 'starter', runs: 3 }] } } });
    expect([...(await leaderboardResources.members(ctx))]).toEqual([['starter', '3 runs']]);
  });

  it('reads as the API answers, with where it comes from', async () => {
    const { ctx } = contextWith({ answer: { kind: 'cloud', body: board } });
    const content = await leaderboardResources.read('humaneval', ctx);
    expect(content && 'text' in content.body && JSON.parse(content.body.text)).toMatchObject({
      ...board,
      source: 'cloud',
    });
  });
});
