import { createClient } from '@whetstone/shared/client';
import { operators, type Evaluation, type EvaluationContext, type Ruleset } from '@whetstone/shared/contract';
import { compileRuleset, evaluate, isFirstClass } from '@whetstone/shared/flags';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compiledProject, preview, type Typed } from '../../cloud/dashboard/src/flag/model/preview.ts';
import { context as anyContext, laterAt, projectOf } from '../support/arbitrary-project.ts';
import { clients } from '../support/mcp-agents.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

// 50 flags and 6 segments asked about by 40 contexts: 2,000 questions to each place that evaluates. Another seed is another
// project; what differs is reported with the flag and the context.
const seed = 20_261_125;
const [project] = fc.sample(projectOf(50, 6), { seed, numRuns: 1 });
const contexts = fc.sample(anyContext, { seed, numRuns: 40 });
const flagKeys = project!.flags.map(({ key }) => key);
const questions = flagKeys.flatMap((key) => contexts.map((context) => ({ key, context })));

type Answer = Partial<Evaluation>;

/** What every place must say the same; `undefined` and absent are one. */
const sameOf = ({
  key,
  enabled,
  variant,
  value,
  reason,
  errorCode,
  ruleId,
  bucket,
  flagVersion,
  metadata,
}: Answer) => ({
  key,
  enabled,
  variant,
  value,
  reason,
  errorCode,
  ruleId,
  bucket,
  flagVersion,
  metadata,
});
const explainedOf = (answer: Answer) => ({
  ...sameOf(answer),
  trace: answer.trace,
  explanation: answer.explanation,
});

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** As a query says it: texts, a name for each item of a list, and nothing of an object. */
function asText({ attributes = {}, ...named }: EvaluationContext): EvaluationContext {
  const said = Object.entries(attributes).flatMap(([name, value]) => {
    if (Array.isArray(value))
      return value.length === 0 ? [] : [[name, value.length === 1 ? String(value[0]) : value.map(String)]];
    return isScalar(value) ? [[name, String(value)]] : [];
  });
  return { ...named, attributes: Object.fromEntries(said) as Record<string, unknown> };
}

/** Flat, as OpenFeature has it. */
const flat = ({ attributes, ...named }: EvaluationContext): Record<string, unknown> => ({ ...attributes, ...named });

/** In slices: a server, not a flood. */
async function ask<T>(
  of: readonly (typeof questions)[number][],
  one: (question: (typeof questions)[number]) => Promise<T>,
) {
  const answers: T[] = [];
  for (let i = 0; i < of.length; i += 50) answers.push(...(await Promise.all(of.slice(i, i + 50).map(one))));
  return answers;
}

/** One comparison for all, so that a failure shows the first flag and context that differ instead of thousands. */
function expectSame(
  asked: readonly (typeof questions)[number][],
  answers: readonly unknown[],
  wanted: readonly unknown[],
) {
  expect(answers).toHaveLength(asked.length);
  asked.forEach((question, i) => expect({ question, answer: answers[i] }).toEqual({ question, answer: wanted[i] }));
}

describe('the evaluator', () => {
  let server: TestServer;
  let admin: ReturnType<typeof createClient>;
  let rules: Ruleset;
  let compiled: NonNullable<ReturnType<typeof compileRuleset>>;
  const env = () => ({ ...mcpEnv({ url: server.url, apiKey: server.agentKey() }), DO_NOT_TRACK: '1' });
  const here = ({ key, context }: (typeof questions)[number], nowMs = Date.now()) =>
    evaluate(compiled, key, context, { nowMs, explain: true })!;

  beforeAll(async () => {
    server = await startServer();
    admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    const { refused, created, segments } = await admin.importFlags({
      format: 'whetstone',
      document: { ...project },
    });
    expect(refused).toEqual([]);
    expect([created.length, segments.created.length]).toEqual([50, 6]);
    rules = await admin.getRuleset({});
    compiled = compileRuleset(rules)!;
  });
  afterAll(() => server.stop('SIGKILL'));

  it('is asked here for every way a flag can decide, and every field and operator', () => {
    const answers = questions.map((question) => here(question));
    const seen = (of: (answer: Evaluation) => unknown) => new Set(answers.map(of).map(String));
    expect(seen(({ reason }) => reason)).toEqual(
      new Set(['TARGETING_MATCH', 'SPLIT', 'STATIC', 'DEFAULT', 'DISABLED', 'ERROR']),
    );
    expect(seen(({ errorCode }) => errorCode)).toEqual(new Set(['undefined', 'TARGETING_KEY_MISSING']));
    const steps = answers.flatMap(({ trace = [] }) => trace.map(({ step, outcome }) => `${step} ${outcome}`));
    expect([...new Set(steps)].toSorted()).toEqual([
      'disabled decided',
      'fallthrough decided',
      'override decided',
      'override skipped',
      'prerequisite decided',
      'prerequisite passed',
      'rule decided',
      'rule skipped',
    ]);
    const text = JSON.stringify(rules);
    for (const op of operators) expect(text).toContain(`"op":"${op}"`);
    const members = new Set(rules.flags.flatMap((flag) => Object.keys(flag)));
    for (const name of ['type', 'overrides', 'rules', 'prerequisites', 'schedule', 'rollout', 'salt', 'tags', 'owner'])
      expect(members).toContain(name);
    for (const part of ['"hash":"flagd"', '"pausedAt"', '"otherwise"', '"excluded"']) expect(text).toContain(part);
    expect(new Set([...text.matchAll(/"by":"(\w+)"/g)].map(([, name]) => name)).size).toBeGreaterThan(3);
    const values = answers.map(({ value }) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value));
    expect(new Set(values)).toEqual(new Set(['boolean', 'string', 'number', 'object', 'list', 'null']));
    const later = questions.map((question) => here(question, Date.parse(laterAt)).variant);
    expect(later).not.toEqual(answers.map(({ variant }) => variant));
  });

  it('answers over GET what it answers to the same texts, now and by a clock to come', async () => {
    const text = questions.map(({ key, context }) => ({ key, context: asText(context) }));
    const over = (more: object) =>
      ask(questions, ({ key, context }) => admin.evaluateFlag({ key, ...context, ...more, explain: true }));
    expectSame(
      questions,
      (await over({})).map(explainedOf),
      text.map((question) => explainedOf(here(question))),
    );
    const later = text.map((question) => explainedOf(here(question, Date.parse(laterAt))));
    expectSame(questions, (await over({ at: laterAt })).map(explainedOf), later);
    const short = await ask(questions, ({ key, context }) => admin.evaluateFlag({ key, ...context }));
    expectSame(
      questions,
      short,
      text.map((question) => sameOf(here(question))),
    );
  });

  it('decides by text what it decides by numbers, booleans, versions and times', () => {
    const isSayable = (value: unknown) => (Array.isArray(value) ? value.length > 0 : isScalar(value));
    const sayable = questions.filter(({ context }) => Object.values(context.attributes ?? {}).every(isSayable));
    expect(sayable.length).toBeGreaterThan(500);
    const typed = sayable.map((question) => sameOf(here(question)));
    expectSame(
      sayable,
      sayable.map(({ key, context }) => sameOf(here({ key, context: asText(context) }))),
      typed,
    );
  });

  it('answers by OFREP, one flag and all, what it answers here', async () => {
    const post = async (path: string, context: unknown) => {
      const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.agentKey()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const wantedOf = (question: (typeof questions)[number]) => {
      if (question.context.targetingKey === undefined) return { key: question.key, errorCode: 'TARGETING_KEY_MISSING' };
      const { key, value, variant, reason, errorCode, flagVersion, ruleId, bucket, metadata } = here(question);
      const flags = { flagVersion, ruleId, bucket, rolloutPercentage: metadata.rolloutPercentage };
      return errorCode === undefined
        ? { key, value, variant, reason, metadata: flags }
        : { key, errorCode, metadata: flags };
    };
    const wanted = questions.map(wantedOf);
    const read = ({ errorDetails: _, ...answer }: Record<string, unknown>) => answer;
    const single = await ask(questions, ({ key, context }) => post(`/${key}`, flat(context)));
    expectSame(questions, single.map(read), wanted);
    const named = contexts.filter(({ targetingKey }) => targetingKey !== undefined);
    for (const context of named) {
      const { flags } = (await post('', flat(context))) as { flags: Record<string, unknown>[] };
      const asked = flags.map(({ key }) => ({ key: key as string, context }));
      expect(asked.map(({ key }) => key).toSorted()).toEqual(flagKeys.toSorted());
      expectSame(asked, flags.map(read), asked.map(wantedOf));
    }
  });

  it.each([clients[0]!, clients.at(-1)!])(
    'answers an agent by the built MCP server what it answers here, $name',
    async ({ open }) => {
      const agent = await open(env());
      try {
        const first = questions[0]!;
        const isCurrent = async () =>
          (await agent.call('evaluate_flag', { key: first.key })).structuredContent?.['source'];
        await vi.waitFor(async () => expect(await isCurrent()).toBe('cloud'), 10_000);
        const call = async ({ key, context }: (typeof questions)[number]) =>
          explainedOf(
            (await agent.call('evaluate_flag', { key, ...context, explain: true })).structuredContent as Answer,
          );
        expectSame(
          questions,
          await ask(questions, call),
          questions.map((question) => explainedOf(here(question))),
        );
      } finally {
        await agent.close();
      }
    },
  );

  it('answers a program by the built library, and by its OpenFeature provider, what it answers here', async () => {
    const sdk = createRequire(resolve(import.meta.dirname, '../../mcp-server/package.json')).resolve(
      '@openfeature/server-sdk',
    );
    const script = `
      import { evaluateFlagDetails, openFeatureProvider, whetstoneStatus } from 'whetstone-mcp/cloud-client';
      import sdk from ${JSON.stringify(pathToFileURL(sdk).href)};
      const questions = ${JSON.stringify(questions.map(({ key, context }) => ({ key, context, flat: flat(context) })))};
      await sdk.OpenFeature.setProviderAndWait(openFeatureProvider());
      const client = sdk.OpenFeature.getClient();
      const byType = { boolean: 'getBooleanDetails', string: 'getStringDetails', number: 'getNumberDetails', object: 'getObjectDetails' };
      const defaults = { boolean: false, string: '', number: 0, object: {} };
      const answers = [];
      for (const { key, context, flat } of questions) {
        const details = await evaluateFlagDetails(key, context, null);
        const type = typeof details.value;
        answers.push({ details, provided: await client[byType[type]](key, defaults[type], flat) });
      }
      await sdk.OpenFeature.close();
      process.stdout.write(JSON.stringify({ answers, status: await whetstoneStatus() }));
    `;
    const { code, stdout, stderr } = await runScript(script, env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { answers, status } = JSON.parse(stdout) as {
      answers: { details: Answer; provided: Record<string, unknown> }[];
      status: object;
    };
    expect(status).toMatchObject({ ready: true, source: 'cloud', problems: [] });
    const wanted = questions.map((question) => here(question));
    expectSame(
      questions,
      answers.map(({ details }) => sameOf(details)),
      wanted.map(sameOf),
    );
    // OpenFeature has no type for null, and gives the program's default where a flag does not decide.
    const provided = answers.map(({ provided: { value, variant, reason, errorCode, flagMetadata } }) => {
      const { ruleId, bucket, flagVersion } = flagMetadata as Answer;
      return errorCode === undefined ? { value, variant, reason, ruleId, bucket, flagVersion } : { reason, errorCode };
    });
    const wantedOf = ({ value, variant, reason, errorCode, ruleId, bucket, flagVersion }: Evaluation) => {
      if (errorCode !== undefined || value === null)
        return { reason: 'ERROR', errorCode: errorCode ?? 'TYPE_MISMATCH' };
      return { value, variant, reason, ruleId, bucket, flagVersion };
    };
    expectSame(questions, provided, wanted.map(wantedOf));
  });

  it('answers the dashboard, whatever is typed there, what it answers here', () => {
    const shown = compiledProject(rules.flags, rules.segments)!;
    const typedOf = (context: EvaluationContext): Typed[] =>
      Object.entries(flat(context)).flatMap(([name, value]) =>
        isScalar(value) ? [{ name, text: String(value) }] : [],
      );
    const asked = questions.map(({ key, context }) => ({ key, typed: typedOf(context), context }));
    const nowMs = Date.now();
    const meant = asked.map(({ key, typed }) => {
      const said = typed.filter(({ text }) => text !== '');
      const named = said.filter(({ name }) => isFirstClass(name)).map(({ name, text }) => [name, text]);
      const others = said.filter(({ name }) => !isFirstClass(name)).map(({ name, text }) => [name, text]);
      const context = { ...Object.fromEntries(named), attributes: Object.fromEntries(others) } as EvaluationContext;
      return explainedOf(evaluate(compiled, key, context, { nowMs, explain: true })!);
    });
    expectSame(
      asked,
      asked.map(({ key, typed }) => explainedOf(preview(shown, key, typed, nowMs)!)),
      meant,
    );
  });
});
