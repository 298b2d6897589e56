import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { describe, expect, it } from 'vitest';
import { instructions } from '../../src/mcp/whetstone-server.ts';
import { listed } from '../../src/mcp/wire-tool.ts';
import { readArguments } from '../../src/tools/arguments.ts';
import { adminTools } from '../../src/tools/admin/index.ts';
import { tools } from '../../src/tools/index.ts';
import { evaluateFlag } from '../../src/tools/evaluate-flag.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { whetstoneStatus } from '../../src/tools/whetstone-status.ts';
import { noEvals } from '../support/no-evals.ts';
import { noDocs } from '../support/no-docs.ts';
import { noFeedback } from '../support/no-feedback.ts';
import { noModels } from '../support/no-models.ts';
import { noRecording } from '../support/no-recording.ts';
import { newReader } from '../support/reader.ts';
import { faults, flagOf, serving, type Answer } from '../support/scripted-cloud.ts';

const contextWith = (cloud: Answer): ToolContext => ({
  flags: newReader({ cloud }).reader,
  recording: noRecording,
  models: noModels,
  docs: noDocs,
  feedback: noFeedback,
  evals: noEvals,
  version: '1.2.3',
  server: { url: 'http://cloud.test', keySelector: 'selector1234' },
  stateDir: '/state',
});

const ruled = {
  ...flagOf('greeting'),
  rules: [{ id: 'r1', when: [{ attribute: 'tier', op: 'in', values: ['gold'] }], serve: { variant: 'on' } }],
  fallthrough: { variant: 'off' },
};

it.each([...tools, ...adminTools].map((tool) => [tool.name, tool] as const))(
  '%s describes every parameter and says all it does',
  (_name, tool) => {
    for (const parameter of Object.values(tool.inputSchema.properties)) expect(parameter.description).not.toBe('');
    expect(Object.values(tool.annotations).map((hint) => typeof hint)).toEqual(Array(4).fill('boolean'));
    expect(Object.keys(tool.outputSchema.properties)).toEqual(expect.arrayContaining([...tool.outputSchema.required]));
  },
);

describe('what a client gets to read in every session', () => {
  const listing = tools.map(listed);

  it('changes on purpose only: look at the difference, then run vitest with -u', async () => {
    await expect(`${JSON.stringify(listing, undefined, 2)}\n`).toMatchFileSnapshot('tools-list.snap');
  });

  it('is short', () => {
    expect(Buffer.byteLength(JSON.stringify({ tools: listing })) / tools.length).toBeLessThanOrEqual(1_100);
    // Where clients are said to cut.
    expect(Buffer.byteLength(instructions)).toBeLessThanOrEqual(2_048);
    for (const { description } of listing) expect(Buffer.byteLength(description ?? '')).toBeLessThanOrEqual(2_048);
  });

  it('has an example of each tool that fits its schema', () => {
    for (const tool of [...tools, ...adminTools]) {
      expect(readArguments(tool.inputSchema, tool.example).kind).toBe('read');
    }
  });

  it('says of every answer what is in it', async () => {
    const validator = new AjvJsonSchemaValidator();
    for (const cloud of [serving(1, ruled), ...faults.map(({ reply }) => reply)]) {
      for (const tool of tools) {
        const outcome = await tool.handler(tool.example, contextWith(cloud));
        if ('refusal' in outcome) return expect.unreachable(outcome.refusal);
        const { structured } = outcome;
        const validate = validator.getValidator({ ...tool.outputSchema } as Parameters<
          typeof validator.getValidator
        >[0]);
        // As it arrives: without what is undefined.
        expect(validate(JSON.parse(JSON.stringify(structured)))).toMatchObject({ valid: true });
      }
    }
  });
});

it('evaluates a flag and says it in a line', async () => {
  const args = { key: 'greeting', userId: 'kim', attributes: { tier: 'gold' }, explain: true };
  const { structured, text } = await evaluateFlag.handler(args, contextWith(serving(1, ruled)));
  expect(structured).toMatchObject({
    enabled: true,
    ruleId: 'r1',
    source: 'cloud',
    trace: [{ id: 'r1', outcome: 'decided' }],
  });
  expect(text).toBe(
    [
      'greeting = true (variant on, TARGETING_MATCH by rule r1) · cloud, 0 ms old',
      'rule r1 decided: its condition holds; serves "on"',
      'instead: without rule "r1" it would serve "off"',
    ].join('\n'),
  );
});

it('says in the next line what is wrong', async () => {
  const { text } = await evaluateFlag.handler({ key: 'greeting', default: 7 }, contextWith(faults[0]!.reply));
  expect(text).toBe(
    'greeting = 7 (PROVIDER_NOT_READY) · default\nhttp://cloud.test refuses connections; start it, or check WHETSTONE_URL.',
  );
});

it('reports the state of everything behind the answers', async () => {
  const { structured, text } = await whetstoneStatus.handler({}, contextWith(serving(7, ruled, { key: 'broken' })));
  expect(structured).toEqual({
    ready: true,
    source: 'cloud',
    ageMs: 0,
    degradedReason: undefined,
    version: '1.2.3',
    server: { url: 'http://cloud.test', keySelector: 'selector1234', reachable: true, lastError: undefined },
    flags: { count: 1, revision: 7, unreadable: ['broken'] },
    models: {},
    outbox: { exposures: { off: 'DO_NOT_TRACK is set' } },
    stateDir: '/state',
    problems: [],
  });
  expect(text).toBe('whetstone-mcp 1.2.3 · 1 flags from http://cloud.test · cloud, confirmed 0 ms ago');
});

it('says that it is not ready while there are no rules at all', async () => {
  const { structured, text } = await whetstoneStatus.handler({}, contextWith(faults[0]!.reply));
  expect(structured).toMatchObject({ ready: false, source: 'default' });
  expect(text).toMatch(
    /^whetstone-mcp 1\.2\.3 · not ready: no flags yet from http:\/\/cloud\.test · default\n.*refuses/,
  );
});

it.each(tools.map((tool) => [tool.name, tool] as const))(
  '%s gives up what nobody waits for any more',
  async (_name, tool) => {
    const signal = AbortSignal.abort(new Error('never mind'));
    const answer = tool.handler(tool.example, { ...contextWith(serving(1, ruled)), signal });
    await expect(answer).rejects.toThrow('never mind');
  },
);
