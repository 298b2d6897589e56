import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspect, noJudges } from '../support/judges.ts';
import { defaultTools } from '../support/mcp-agents.ts';
import { mcpEnv, newStateDir } from '../support/mcp-process.ts';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';
import { flagForAll } from '../support/sample-flags.ts';

beforeEach((test) => test.skip(noJudges !== undefined, noJudges));

const flag = flagForAll;

let cloud: FlagStreamServer;
const stateDir = newStateDir();
beforeAll(async () => void (cloud = await startFlagStreamServer([flag])));
afterAll(() => cloud.stop());

describe.each(['legacy', 'modern', 'auto'])('the Inspector, era %s', (era) => {
  const ask = async (...args: string[]) => {
    const env = mcpEnv({ url: cloud.url, stateDir });
    const { code, stdout, stderr } = await inspect(['--protocol-era', era, ...args], env);
    return { code, stderr, ...(JSON.parse(stdout || '{}') as { result?: unknown }) };
  };

  it('finds nothing to complain of in the schemas, strictly', async () => {
    const { code, stderr, result } = await ask('--method', 'tools/list', '--strict');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(result).toMatchObject({ tools: defaultTools.map((name) => ({ name })) });
  });

  it('calls a tool, and reads the result by its output schema', async () => {
    const call = ['--method', 'tools/call', '--tool-name', 'evaluate_flag', '--tool-args-json'];
    expect(await ask(...call, '{"key": "new-fixer-prompt"}')).toMatchObject({
      code: 0,
      result: { structuredContent: { enabled: true, source: 'cloud' } },
    });
    // Its exit code for a tool that says isError.
    expect(await ask(...call, '{"kee": "new-fixer-prompt"}')).toMatchObject({ code: 5, result: { isError: true } });
  });

  it('lists and reads resources', async () => {
    expect(await ask('--method', 'resources/list')).toMatchObject({
      code: 0,
      result: { resources: [{ uri: 'whetstone://flags/new-fixer-prompt' }, { uri: 'whetstone://status' }] },
    });
    expect(await ask('--method', 'resources/templates/list')).toMatchObject({
      code: 0,
      result: {
        resourceTemplates: [
          { uriTemplate: 'whetstone://flags/{key}' },
          { uriTemplate: 'whetstone://leaderboard/{dataset}' },
          { uriTemplate: 'whetstone://docs/{library}/{version}/{path}' },
          { uriTemplate: 'whetstone://guidance/{version}' },
        ],
      },
    });
    expect(await ask('--method', 'resources/read', '--uri', 'whetstone://flags/new-fixer-prompt')).toMatchObject({
      code: 0,
      result: { contents: [{ mimeType: 'application/json', text: expect.stringContaining('"version":3') }] },
    });
  });

  it('gets an answer to every one of 500 calls, ten at a time', async () => {
    const call = ['--method', 'tools/call', '--tool-name', 'evaluate_flag', '--tool-arg', 'key=new-fixer-prompt'];
    const { code, result } = await ask(...call, '--load', '--load-requests', '500', '--load-concurrency', '10');
    expect({ code, result }).toMatchObject({ code: 0, result: { requests: 500, ok: 500, errors: 0, toolErrors: 0 } });
  });
});
