import { expect, it } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { evaluateFlag } from '../../src/tools/evaluate-flag.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { whetstoneStatus } from '../../src/tools/whetstone-status.ts';
import { newReader } from '../support/reader.ts';
import { faults, flagOf, serving, type Answer } from '../support/scripted-cloud.ts';

const contextWith = (cloud: Answer): ToolContext => ({
  flags: newReader({ cloud }).reader,
  version: '1.2.3',
  server: { url: 'http://cloud.test', keySelector: 'selector1234' },
  stateDir: '/state',
});

const ruled = {
  ...flagOf('greeting'),
  rules: [{ id: 'r1', when: [{ attribute: 'tier', op: 'in', values: ['gold'] }], serve: { variant: 'on' } }],
  fallthrough: { variant: 'off' },
};

it.each(tools.map((tool) => [tool.name, tool] as const))(
  '%s describes every parameter and says all it does',
  (_name, tool) => {
    for (const parameter of Object.values(tool.inputSchema.properties)) expect(parameter.description).not.toBe('');
    expect(Object.values(tool.annotations).map((hint) => typeof hint)).toEqual(Array(4).fill('boolean'));
    expect(Object.keys(tool.outputSchema.properties)).toEqual(expect.arrayContaining([...tool.outputSchema.required]));
  },
);

it('costs a client little context', () => {
  const listed = JSON.stringify({ tools: tools.map(({ handler: _, aliases: __, ...tool }) => tool) });
  expect(Buffer.byteLength(listed) / tools.length).toBeLessThanOrEqual(1_100);
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
  expect(text).toBe('greeting = true (variant on, TARGETING_MATCH by rule r1) · cloud, 0 ms old');
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
