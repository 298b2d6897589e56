import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from '../support/mcp-agents.ts';
import { runCommand } from '../support/mcp-command.ts';
import { mcpEnv, mcpServerFile, newStateDir } from '../support/mcp-process.ts';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';

const flag = {
  key: 'new-fixer-prompt',
  version: 3,
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [{ id: 'gold', when: [{ attribute: 'tier', op: 'in', values: ['gold'] }], serve: { variant: 'on' } }],
  fallthrough: { variant: 'off' },
};

let cloud: FlagStreamServer;
beforeAll(async () => void (cloud = await startFlagStreamServer([flag])));
afterAll(() => cloud.stop());

describe('flag eval', () => {
  const stateDir = newStateDir();
  const env = () => mcpEnv({ url: cloud.url, stateDir });
  const gold = ['flag', 'eval', flag.key, '--user', 'kim', '--attr', 'tier=gold'];

  it('says value, variant, reason, version and source', async () => {
    const { code, stdout, stderr } = await runCommand([...gold, '--explain'], env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/confirmed \d+ ms/, 'confirmed 5 ms').split('\n')).toEqual([
      'new-fixer-prompt = true',
      '',
      '  variant  on',
      '  why      TARGETING_MATCH by rule gold',
      '  version  3',
      '  source   cloud (current rules, confirmed 5 ms ago)',
      '',
      '  rule gold  decided: its condition holds; serves "on"',
      '',
      '  instead  without rule "gold" it would serve "off"',
      '',
    ]);
  });

  it('answers as the tool does, online and offline', async () => {
    const args = { key: flag.key, userId: 'kim', attributes: { tier: 'gold' } };
    for (const surroundings of [env(), { ...env(), WHETSTONE_OFFLINE: '1' }]) {
      const agent = await clients[0]!.open(surroundings);
      const { structuredContent } = await agent.call('evaluate_flag', args);
      await agent.close();
      const { stdout } = await runCommand([...gold, '--json'], surroundings);
      const timeless = (answer: unknown) => ({
        ...(answer as object),
        ageMs: expect.any(Number),
        ...((answer as { degradedReason?: string }).degradedReason && { degradedReason: expect.any(String) }),
      });
      expect(JSON.parse(stdout)).toEqual(timeless(structuredContent));
    }
  });

  it('answers offline with what is known, and says how to mend that', async () => {
    const { code, stdout } = await runCommand(gold, { ...env(), WHETSTONE_OFFLINE: '1' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/source {3}cache \(last known rules, confirmed/);
    expect(stdout).toMatch(/to mend .*WHETSTONE_OFFLINE/s);
  });

  it.each([
    ['where nothing is known', ['--default', '{"model":"small"}'], '{"model":"small"}', 'PROVIDER_NOT_READY'],
    ['as text where it is no JSON', ['--default', 'small'], '"small"', 'PROVIDER_NOT_READY'],
  ])('gives the default %s, with exit code 1', async (_case, options, value, why) => {
    const nothing = { ...env(), WHETSTONE_STATE_DIR: newStateDir(), WHETSTONE_OFFLINE: '1' };
    const { code, stdout } = await runCommand(['flag', 'eval', flag.key, ...options], nothing);
    expect(code).toBe(1);
    expect(stdout).toContain(`${flag.key} = ${value}\n`);
    expect(stdout).toContain(why);
  });

  it('gives the default for a flag that nobody made, with exit code 1', async () => {
    const { code, stdout } = await runCommand(['flag', 'eval', 'nosuch'], env());
    expect(code).toBe(1);
    expect(stdout).toMatch(/^nosuch = false\n[^]*FLAG_NOT_FOUND/);
  });
});

describe('status', () => {
  it('says where answers come from, and as JSON what the tool says', async () => {
    const env = mcpEnv({ url: cloud.url });
    const { code, stdout } = await runCommand(['status'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/answers {2}cloud \(current rules, confirmed \d+ ms ago\)/);
    expect(stdout).toMatch(/flags {4}1, revision 1/);
    expect(stdout).toContain('wsk_AAAAbbbb1111_…');
    expect(stdout).not.toContain('ssss');
    const { stdout: json } = await runCommand(['status', '--json'], env);
    expect(JSON.parse(json)).toMatchObject({ source: 'cloud', flags: { count: 1 }, server: { reachable: true } });
  });

  it('ends with 1 when there are only defaults, and names doctor', async () => {
    const { code, stdout } = await runCommand(['status'], mcpEnv({ url: cloud.url, apiKey: '' }));
    expect(code).toBe(1);
    expect(stdout).toContain('WHETSTONE_API_KEY is not set');
    expect(stdout).toContain('whetstone-mcp doctor');
  });
});

describe('colour', () => {
  const inTerminal = (over: Record<string, string>) =>
    execFileSync('script', ['-qec', `"${process.execPath}" "${mcpServerFile}" flag eval ${flag.key}`, '/dev/null'], {
      env: { ...mcpEnv({ url: cloud.url }), WHETSTONE_OFFLINE: '1', TERM: 'xterm', ...over },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
  const asked = (over: Record<string, string>) => {
    try {
      return inTerminal(over);
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };

  it.skipIf(spawnSync('script', ['--version']).status !== 0)(
    'is there on a terminal, and not where NO_COLOR is set',
    () => {
      expect(asked({})).toContain('\u001b[1m');
      expect(asked({ NO_COLOR: '1' })).toContain('new-fixer-prompt = false');
      expect(asked({ NO_COLOR: '1' })).not.toContain('\u001b');
    },
  );
});
