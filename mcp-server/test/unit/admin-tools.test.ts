import { describe, expect, it } from 'vitest';
import { cloudCalls } from '../../src/offline/cloud-call.ts';
import { flagChanging } from '../../src/offline/flag-changing.ts';
import type { Reply } from '../../src/offline/transport/transport.ts';
import { archiveFlag } from '../../src/tools/admin/archive-flag.ts';
import { changeFlag } from '../../src/tools/admin/change-flag.ts';
import { createFlag } from '../../src/tools/admin/create-flag.ts';
import { rollOutFlag } from '../../src/tools/admin/roll-out-flag.ts';
import type { Outcome, ToolContext } from '../../src/tools/tool.ts';
import { noEvals } from '../support/no-evals.ts';
import { noDocs } from '../support/no-docs.ts';
import { noFeedback } from '../support/no-feedback.ts';
import { noModels } from '../support/no-models.ts';
import { noRecording } from '../support/no-recording.ts';
import { newReader } from '../support/reader.ts';
import { flagOf, silence } from '../support/scripted-cloud.ts';

interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  body: Record<string, unknown> | undefined;
}

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const origin = { url: 'http://cloud.test', apiKey: 'wsk_fake', selector: 'selector1234' };

/** A cloud of one flag, as far as the tools see one: what it is asked, and what a dry run and a write answer. */
function cloudWith(flag: Record<string, unknown>, answer: (asked: Asked) => Reply = () => Response.json(flag)) {
  const asked: Asked[] = [];
  const state = { flag };
  const ask = cloudCalls({ origin, obstacle: undefined }, async (url, { method = 'GET', body, signal } = {}) => {
    signal?.throwIfAborted();
    const { pathname, searchParams } = new URL(url);
    const question = {
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: body === undefined ? undefined : (JSON.parse(body) as Record<string, unknown>),
    };
    asked.push(question);
    if (method === 'GET') return Response.json(state.flag);
    if (question.query['dryRun'] === 'true') {
      const moves = {
        examined: 4,
        moved: 1,
        transitions: [{ from: 'off', to: 'on', count: 1, examples: [] }],
        simulated: [],
      };
      return Response.json({
        ...state.flag,
        dryRun: true,
        diff: [{ path: '/enabled', before: true, after: false }],
        moves,
      });
    }
    return answer(question);
  });
  const ctx: ToolContext = {
    flags: newReader({ cloud: silence }).reader,
    recording: noRecording,
    models: noModels,
    docs: noDocs,
    feedback: noFeedback,
    evals: noEvals,
    version: '1.2.3',
    server: { url: origin.url, keySelector: origin.selector },
    stateDir: '/state',
    changing: flagChanging({ ask, nowMs: () => nowMs }),
  };
  return { ctx, asked, state, writes: () => asked.filter(({ method, query }) => method !== 'GET' && !query['dryRun']) };
}

const confirmIn = (outcome: Outcome) =>
  'refusal' in outcome ? expect.unreachable(outcome.refusal) : (outcome.structured as { confirm: string }).confirm;
const refusalIn = (outcome: Outcome) => ('refusal' in outcome ? outcome.refusal : '');

const greeting = { ...flagOf('greeting'), fallthrough: { split: [{ variant: 'on', weight: 100 }], coverage: 25 } };
const off = { key: 'greeting', change: { enabled: false }, reason: 'it breaks imports' };

describe('a change', () => {
  it('is shown with who moves before anything is written, and applied by the token of that', async () => {
    const { ctx, writes } = cloudWith(greeting);
    const shown = await changeFlag.handler(off, ctx);
    expect(writes()).toEqual([]);
    expect(shown).toMatchObject({ structured: { status: 'dry_run', baseVersion: 1, source: 'cloud' } });
    expect(shown).toHaveProperty(
      'text',
      expect.stringMatching(/nothing is changed.*\/enabled: true -> false.*off -> on: 1/s),
    );
    const done = await changeFlag.handler({ ...off, confirm: confirmIn(shown) }, ctx);
    expect(done).toMatchObject({ structured: { status: 'applied' } });
    expect(writes()).toMatchObject([
      { method: 'PUT', path: '/api/flags/greeting', body: { enabled: false, version: 1, reason: 'it breaks imports' } },
    ]);
  });

  it('is not applied by a token that was made up, of other arguments, of another flag version, or of another process', async () => {
    const { ctx, state, writes } = cloudWith(greeting);
    const confirm = confirmIn(await changeFlag.handler(off, ctx));
    const elsewhere = confirmIn(await changeFlag.handler(off, cloudWith(greeting).ctx));
    const attempts = [
      { ...off, confirm: 'yes' },
      { ...off, confirm: elsewhere },
      { ...off, change: { enabled: true }, confirm },
    ];
    for (const args of attempts) expect(refusalIn(await changeFlag.handler(args, ctx))).toMatch(/confirm does not fit/);
    state.flag = { ...greeting, version: 2 };
    expect(refusalIn(await changeFlag.handler({ ...off, confirm }, ctx))).toMatch(/it is at version 2.*new dry run/);
    expect(writes()).toEqual([]);
  });

  it('takes arguments in any order', async () => {
    const { ctx, writes } = cloudWith(greeting);
    const confirm = confirmIn(await changeFlag.handler({ ...off, change: { enabled: false, description: 'd' } }, ctx));
    await changeFlag.handler(
      { confirm, reason: off.reason, change: { description: 'd', enabled: false }, key: 'greeting' },
      ctx,
    );
    expect(writes()).toHaveLength(1);
  });

  it('passes on what the cloud refuses, and says what is not known when it went away', async () => {
    const problem = { code: 'conflict', detail: 'the flag "greeting" is at version 2', requestId: 'r1' };
    for (const [reply, says] of [
      [() => Response.json(problem, { status: 409 }), /conflict: the flag "greeting" is at version 2 \(request r1\)/],
      [() => new Response('<h1>hotel</h1>'), /not as Whetstone does.*Whether the change has arrived is not known/],
    ] as const) {
      const { ctx } = cloudWith(greeting, reply);
      const confirm = confirmIn(await changeFlag.handler(off, ctx));
      expect(refusalIn(await changeFlag.handler({ ...off, confirm }, ctx))).toMatch(says);
    }
  });
});

it('makes flags that expire in 30 days and say that an agent made them, unless told otherwise', async () => {
  const { ctx, asked } = cloudWith(greeting);
  await createFlag.handler({ key: 'new', rolloutPercentage: 10, description: 'd', reason: 'r' }, ctx);
  const document = { variants: { a: 1, b: 2 }, offVariant: 'a', fallthrough: { variant: 'b' }, tags: ['x'] };
  await createFlag.handler({ key: 'other', document, expiresAt: '2027-01-01T00:00:00Z', reason: 'r' }, ctx);
  expect(asked.map(({ body }) => body)).toMatchObject([
    {
      key: 'new',
      tags: ['agent-made'],
      expiresAt: '2026-04-01T00:00:00.000Z',
      fallthrough: { coverage: 10 },
      reason: 'r',
    },
    { key: 'other', tags: ['x', 'agent-made'], expiresAt: '2027-01-01T00:00:00Z', variants: { a: 1, b: 2 } },
  ]);
});

describe('a rollout', () => {
  const bodyOf = async (flag: Record<string, unknown>, args: object) => {
    const { ctx, asked } = cloudWith(flag);
    const outcome = await rollOutFlag.handler({ key: 'greeting', reason: 'r', ...args }, ctx);
    return 'refusal' in outcome ? outcome.refusal : asked.at(-1)!.body;
  };
  const ruled = {
    ...greeting,
    rules: [
      { id: 'team', when: [], serve: greeting.fallthrough },
      { id: 'all', when: [], serve: { variant: 'on' } },
    ],
  };

  it('sets the coverage of the fallthrough or of a rule, and leaves the rest as it is', async () => {
    expect(await bodyOf(ruled, { percentage: 50 })).toEqual({
      ...ruled,
      fallthrough: { ...greeting.fallthrough, coverage: 50 },
      reason: 'r',
    });
    expect(await bodyOf(ruled, { percentage: 50, rule: 'team' })).toMatchObject({
      fallthrough: { coverage: 25 },
      rules: [
        { id: 'team', serve: { coverage: 50 } },
        { id: 'all', serve: { variant: 'on' } },
      ],
    });
  });

  it('ends a plan when a share is set at once, and makes one of steps', async () => {
    const steps = [{ at: '2026-04-01T00:00:00Z', coverage: 100 }];
    expect(await bodyOf(ruled, { steps })).toMatchObject({ rollout: { steps }, fallthrough: { coverage: 25 } });
    expect(await bodyOf({ ...ruled, rollout: { steps } }, { percentage: 50 })).not.toHaveProperty('rollout');
  });

  it('refuses what has no share to set, and says what could be done', async () => {
    expect(await bodyOf(ruled, {})).toBe('give either percentage or steps');
    expect(await bodyOf(ruled, { percentage: 1, rule: 'x' })).toBe('no rule has the id "x"; there are team, all');
    expect(await bodyOf(ruled, { percentage: 1, rule: 'all' })).toMatch(/serves one variant to all; .* change_flag/);
  });
});

it('archives with the reason in the history, once', async () => {
  const { ctx, writes, state } = cloudWith(greeting);
  const args = { key: 'greeting', reason: 'everybody has it & more' };
  const confirm = confirmIn(await archiveFlag.handler(args, ctx));
  await archiveFlag.handler({ ...args, confirm }, ctx);
  expect(writes()).toMatchObject([{ method: 'DELETE', query: { reason: 'everybody has it & more', version: '1' } }]);
  state.flag = { ...greeting, archivedAt: '2026-03-01T00:00:00Z' };
  expect(refusalIn(await archiveFlag.handler(args, ctx))).toBe('"greeting" is archived already');
});

it('gives up what nobody waits for any more', async () => {
  const signal = AbortSignal.abort(new Error('never mind'));
  await expect(changeFlag.handler(off, { ...cloudWith(greeting).ctx, signal })).rejects.toThrow('never mind');
});

describe('who may', () => {
  const mayWith = (reply: Reply | Error) =>
    flagChanging({
      nowMs: () => nowMs,
      ask: cloudCalls({ origin, obstacle: undefined }, async () =>
        reply instanceof Error ? Promise.reject(reply) : reply,
      ),
    }).mayChange();

  it.each([
    ['viewer', false],
    ['agent', false],
    ['editor', true],
    ['admin', true],
  ])('a key of the role %s: %s', async (role, may) => {
    expect(await mayWith(Response.json({ key: { role } }))).toBe(may);
  });

  it('is not a key that the cloud refuses; of one it cannot be asked about, nothing is known', async () => {
    expect(await mayWith(Response.json({ code: 'unauthorized', detail: 'revoked' }, { status: 401 }))).toBe(false);
    expect(await mayWith(new Error('ECONNREFUSED'))).toBeUndefined();
    expect(await mayWith(new Response('oops', { status: 502 }))).toBeUndefined();
  });
});
