import { afterEach, describe, expect, it } from 'vitest';
import type { FunctionProblem } from '../../src/problem.ts';
import { systemClock } from '../../src/solvers/model/clock.ts';
import { createGate } from '../../src/solvers/model/gate.ts';
import { modelSolver, type ModelOptions } from '../../src/solvers/model/model-solver.ts';
import { type StandInFault, type StandInOptions, startOpenAiStandIn } from '../../../test/support/openai-stand-in.ts';

const problem: FunctionProblem = {
  kind: 'function',
  id: 'sum/1',
  prompt: 'Add up a list.',
  tags: [],
  language: 'python',
  entryPoint: 'total',
  calls: ['total'],
  handles: [],
  setup: '',
  tests: '',
  reference: '',
  sameProcess: false,
};
const code = 'def total(xs):\n    return sum(xs)';
const going = new AbortController().signal;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function setUp(stand: Partial<StandInOptions> = {}, own: Partial<ModelOptions> = {}) {
  const standIn = await startOpenAiStandIn({
    answer: () => ({ problemId: problem.id, text: `\`\`\`python\n${code}\n\`\`\`` }),
    ...stand,
  });
  stops.push(standIn.stop);
  const solver = modelSolver({
    model: 'm-1',
    baseUrl: standIn.baseUrl,
    retry: { baseMs: 1, maxTries: 3, deadlineMs: 30_000 },
    callTimeoutMs: 20_000,
    ...own,
  });
  return { standIn, solver, solve: (signal = going) => solver.solve(problem, 0, signal) };
}
const failing = (...faults: StandInFault[]) => ({ fault: (_: string, ordinal: number) => faults[ordinal] });

describe('asking a model', () => {
  it('sends the prompt and what was asked for, and reads the code, the tokens and the price out of the answer', async () => {
    const { standIn, solve } = await setUp(
      {},
      {
        apiKey: 'sk-fake-key',
        guidance: 'Be brief.',
        parameters: { temperature: 0, topP: 0.9, seed: 7, maxTokens: 500, reasoningEffort: 'low', stop: ['END'] },
        price: { inputPerMillion: 1e6, outputPerMillion: 2e6 },
      },
    );
    const attempt = await solve();
    expect(attempt.answer).toEqual({ kind: 'program', text: code });
    const [call] = standIn.calls;
    const { messages, ...sent } = call!.request;
    expect(sent).toEqual({
      model: 'm-1',
      temperature: 0,
      top_p: 0.9,
      seed: 7,
      max_tokens: 500,
      reasoning_effort: 'low',
      stop: ['END'],
    });
    expect(messages).toHaveLength(1);
    expect(messages[0]!.content).toMatch(/^Be brief\.\n\nAdd up a list\./);
    expect(call!.headers.authorization).toBe('Bearer sk-fake-key');
    const said = `\`\`\`python\n${code}\n\`\`\``;
    expect(attempt.usage).toEqual({
      inputTokens: messages[0]!.content.length,
      outputTokens: said.length,
      costUsd: messages[0]!.content.length + 2 * said.length,
    });
    expect(attempt.transcript).toEqual({ request: messages[0]!.content, response: said });
    expect(attempt.solveMs).toBeGreaterThan(0);
  });

  it('sends no key where there is none, and tells nothing about the machine', async () => {
    const { standIn, solve } = await setUp();
    await solve();
    const names = Object.keys(standIn.calls[0]!.headers);
    expect(names).not.toContain('authorization');
    expect(names.filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('keeps secrets out of the manifest and out of complaints', async () => {
    const { standIn, solver } = await setUp({}, { apiKey: 'sk-fake-key' });
    expect(JSON.stringify(solver.subject)).not.toContain('sk-fake-key');
    const basic = modelSolver({
      model: 'm-1',
      baseUrl: standIn.baseUrl.replace('//', '//joe:pass%20word@').concat('?token=fake-token'),
    });
    expect(JSON.stringify(basic.subject)).not.toMatch(/joe|pass|fake-token/);
    expect(basic.subject).toMatchObject({ kind: 'model', label: 'm-1', host: new URL(standIn.baseUrl).host });
    await basic.solve(problem, 0, going);
    expect(standIn.calls[0]!.headers.authorization).toBe(`Basic ${btoa('joe:pass word')}`);

    const echo = await setUp(failing({ kind: 'status', status: 400, body: '{"error":"bad key sk-fake-key"}' }), {
      apiKey: 'sk-fake-key',
    });
    await expect(echo.solve()).rejects.toThrow('bad key [secret]');
    // A gateway that answers 200 and repeats the request in its complaint, and one that has it in its address.
    const query = '?token=fake-token&api-version=2026-01-01';
    const body = JSON.stringify({ error: { code: '400', message: `sk-fake-key at /v1/chat/completions${query}` } });
    const gateway = await setUp(failing({ kind: 'status', status: 200, body }), { apiKey: 'sk-fake-key' });
    const baseUrl = `${gateway.standIn.baseUrl}${query}`;
    const asked = modelSolver({ model: 'm', apiKey: 'sk-fake-key', baseUrl }).solve(problem, 0, going);
    await expect(asked).rejects.toThrow(/: \[secret\] at .*token=\[secret\]&api-version=2026-01-01/);
  });

  it('names everything that could change its answers', async () => {
    const { solver } = await setUp({}, { guidance: 'Be brief.', parameters: { temperature: 0.2 } });
    expect(solver.subject).toMatchObject({
      model: 'm-1',
      parameters: { max_tokens: 4096, temperature: 0.2 },
      template: { name: 'default', version: 1 },
      guidance: { text: 'Be brief.' },
      extraction: { name: 'whetstone-code', version: 1 },
      prices: { table: { name: '@pydantic/genai-prices' }, entry: 'unknown' },
    });
    const fieldAt = (baseUrl?: string) =>
      Object.keys(modelSolver({ model: 'm', baseUrl }).subject['parameters'] as object);
    expect([fieldAt(), fieldAt('https://x.openai.azure.com/openai/v1'), fieldAt('http://localhost:11434/v1')]).toEqual([
      ['max_completion_tokens'],
      ['max_completion_tokens'],
      ['max_tokens'],
    ]);
  });

  it('does not know what an unknown model costs, and takes the word of a provider', async () => {
    expect((await (await setUp()).solve()).usage).not.toHaveProperty('costUsd');
    const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12, cost: 0.0042 };
    const reported = await setUp({ answer: () => ({ problemId: problem.id, text: code, usage }) });
    expect((await reported.solve()).usage).toEqual({ inputTokens: 5, outputTokens: 7, costUsd: 0.0042 });
  });

  it.each<[string, string, string]>([
    ['length', '```python\ndef total(xs):\n    n = ', 'cut at the token limit before its code was whole'],
    ['content_filter', '', 'stopped by a content filter'],
    ['stop', '', 'empty answer'],
  ])('takes an answer without code for an answer: %s', async (finish, text, reason) => {
    const { standIn, solve } = await setUp({ answer: () => ({ problemId: problem.id, text, finish }) });
    expect((await solve()).answer).toEqual({ kind: 'none', reason });
    expect(standIn.calls).toHaveLength(1);
  });

  it('takes the refusal of a content filter for an answer', async () => {
    const body = '{"error":{"message":"The prompt was filtered","code":"content_filter"}}';
    const { standIn, solve } = await setUp(failing({ kind: 'status', status: 400, body }));
    expect((await solve()).answer).toEqual({
      kind: 'none',
      reason: 'stopped by a content filter: The prompt was filtered',
    });
    expect(standIn.calls).toHaveLength(1);
  });

  it('has nothing to say about a repository', async () => {
    const { solver } = await setUp();
    await expect(
      solver.solve(
        { kind: 'repo', id: 'r', prompt: '', language: 'go', type: 'bugfix', tags: [], folder: '/' },
        0,
        going,
      ),
    ).rejects.toThrow('measure an agent by its command');
  });
});

describe('a model that cannot be reached well', () => {
  it.each<StandInFault>([
    { kind: 'refused', status: 429 },
    { kind: 'refused', status: 503, retryAfter: '0' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 408, body: '' },
    { kind: 'status', status: 409 },
    { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' },
    { kind: 'page' },
    { kind: 'words' },
    { kind: 'other-json' },
    { kind: 'no-choices' },
    { kind: 'error-in-200' },
    { kind: 'reset' },
    { kind: 'cut-body' },
    { kind: 'half-json' },
  ])('is asked again after $kind $status', async (fault) => {
    const { standIn, solve } = await setUp(failing(fault, fault));
    expect((await solve()).answer).toEqual({ kind: 'program', text: code });
    expect(standIn.calls.map(({ delivered }) => delivered)).toEqual([false, false, true]);
  });

  it.each<StandInFault>([{ kind: 'never' }, { kind: 'stuck-body' }])(
    'is hung up on and asked again after $kind',
    async (fault) => {
      const { standIn, solve } = await setUp(failing(fault), { callTimeoutMs: 300 });
      expect((await solve()).answer).toEqual({ kind: 'program', text: code });
      expect(standIn.calls).toHaveLength(2);
    },
  );

  it('is not there after its last try, and that is no answer', async () => {
    const broken: StandInFault = { kind: 'status', status: 500 };
    const { standIn, solve } = await setUp(failing(broken, broken, broken));
    await expect(solve()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('3 calls broke'),
    });
    expect(standIn.calls).toHaveLength(3);
  });

  it('is not there when nobody listens', async () => {
    const { standIn, solve } = await setUp();
    await standIn.stop();
    await expect(solve()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each<[string, StandInFault]>([
    ['seconds', { kind: 'refused', status: 429, retryAfter: '1' }],
    ['a date', { kind: 'refused', status: 429, retryAfter: new Date(Date.now() + 3_600_000).toUTCString() }],
  ])('is left alone as long as it asks: %s', async (form, fault) => {
    const { standIn, solve } = await setUp(failing(fault), { retry: { deadlineMs: 20_000, baseMs: 1 } });
    if (form === 'a date') await expect(solve()).rejects.toThrow(/the endpoint asks to wait 3[56]\d\d s/);
    else {
      await solve();
      const [first, second] = standIn.calls;
      expect(second!.arrivedAt).toBeGreaterThanOrEqual(first!.notBefore! - 2);
    }
  });

  it.each<[string, StandInFault, string, string]>([
    [
      'a wrong key, said in a 200',
      { kind: 'status', status: 200, body: '{"error":{"code":401,"message":"No auth credentials found"}}' },
      'unauthorized',
      'No auth credentials found',
    ],
    ['a wrong key', { kind: 'status', status: 401 }, 'unauthorized', 'key'],
    [
      'no such model',
      { kind: 'status', status: 404, body: '{"error":"model \\"m-1\\" not found, try pulling it first"}' },
      'not_found',
      'try pulling it first',
    ],
    [
      'a prompt too long',
      { kind: 'status', status: 400, body: '{"object":"error","message":"maximum context length is 10","code":400}' },
      'payload_too_large',
      'm-1',
    ],
    [
      'a redirect',
      { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:9/' } },
      'invalid',
      'redirects',
    ],
  ])('is asked once where asking again mends nothing: %s', async (_, fault, errorCode, sentence) => {
    const { standIn, solve } = await setUp(failing(fault));
    await expect(solve()).rejects.toMatchObject({ code: errorCode, message: expect.stringContaining(sentence) });
    expect(standIn.calls).toHaveLength(1);
  });

  it('is hung up on at once when the run is stopped', async () => {
    const { standIn, solve } = await setUp({ fault: () => ({ kind: 'never' }) });
    const stop = new AbortController();
    const attempt = solve(stop.signal);
    await expect.poll(() => standIn.calls.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(attempt).rejects.toThrow('enough');
    await expect.poll(() => standIn.calls[0]!.closedAt).toBeDefined();
  });
});

describe('many workers at one model', () => {
  it('are as many at once as they are, from the first call on', async () => {
    const { standIn, solver } = await setUp({ latencyMs: 500 });
    await Promise.all(Array.from({ length: 50 }, (_, sample) => solver.solve(problem, sample, going)));
    expect(standIn.widest()).toBe(50);
    expect(standIn.calls).toHaveLength(50);
  });

  it('all wait when one of them is told to', async () => {
    const gate = createGate(systemClock);
    const { standIn, solver } = await setUp(failing({ kind: 'refused', status: 429, retryAfter: '1' }), {
      retry: { baseMs: 1 },
      gate,
    });
    const first = solver.solve(problem, 0, going);
    await expect.poll(() => gate.state().pausedUntil).toBeGreaterThan(0);
    await Promise.all([first, ...Array.from({ length: 9 }, (_, sample) => solver.solve(problem, sample + 1, going))]);
    const [refused, ...others] = standIn.calls;
    expect(others).toHaveLength(10);
    for (const { arrivedAt } of others) expect(arrivedAt).toBeGreaterThanOrEqual(refused!.notBefore! - 2);
  });
});
