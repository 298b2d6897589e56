import { noEvals } from '../../mcp-server/test/support/no-evals.ts';
import { noDocs } from '../../mcp-server/test/support/no-docs.ts';
import { noFeedback } from '../../mcp-server/test/support/no-feedback.ts';
import { noModels } from '../../mcp-server/test/support/no-models.ts';
import { noRecording } from '../../mcp-server/test/support/no-recording.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../mcp-server/src/config.ts';
import { whetstoneServer } from '../../mcp-server/src/mcp/whetstone-server.ts';
import { openFlags } from '../../mcp-server/src/offline/open-flags.ts';
import { serveOverHttp } from '../../mcp-server/test/conformance/http.ts';
import { fixtureServer } from '../../mcp-server/test/conformance/server.ts';
import { judge, noJudges } from '../support/judges.ts';
import { mcpEnv } from '../support/mcp-process.ts';
import { startFlagStreamServer } from '../support/flag-stream-server.ts';

beforeEach((test) => test.skip(noJudges !== undefined, noJudges));

describe('the official conformance suite', () => {
  let fixtures: Awaited<ReturnType<typeof serveOverHttp>>;
  beforeAll(async () => void (fixtures = await serveOverHttp(fixtureServer)));
  afterAll(() => fixtures.stop());

  it.each([
    ['2025-11-25', 30],
    ['2026-07-28', 37],
  ] as const)('passes the adapter in every scenario that %s requires: %i', async (revision, count) => {
    const { passed, missed, complaints } = await judge(fixtures.url, revision);
    expect(missed.map((scenario) => [scenario, complaints.get(scenario)])).toEqual([]);
    expect(passed).toHaveLength(count);
    expect(complaints.get('json-schema-2020-12')).toEqual([]);
  });
});

/** Those that ask for none of the suite's own tools, resources and prompts, nor for what we do not offer. */
const withoutFixtures = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'sep-2164-resource-not-found',
    'dns-rebinding-protection',
  ],
} as const;

describe('the official conformance suite on what whetstone-mcp really serves', () => {
  const flag = { key: 'greeting', description: 'Says hello', enabled: true, variants: { on: true, off: false } };
  let cloud: Awaited<ReturnType<typeof startFlagStreamServer>>;
  let whetstone: Awaited<ReturnType<typeof serveOverHttp>>;

  beforeAll(async () => {
    cloud = await startFlagStreamServer([
      { ...flag, offVariant: 'off', rules: [], fallthrough: { variant: 'on' }, version: 1 },
    ]);
    const config = readConfig(mcpEnv({ url: cloud.url }), { platform: 'linux', homeDir: '/nowhere' });
    const ctx = {
      flags: openFlags(config),
      recording: noRecording,
      evals: noEvals,
      models: noModels,
      docs: noDocs,
      feedback: noFeedback,
      version: '0.0.0',
      server: { url: config.url, keySelector: config.origin?.selector },
      stateDir: config.stateDir,
    };
    const onBug = (error: unknown) => console.error(error);
    whetstone = await serveOverHttp((era) => whetstoneServer({ era, ctx, onListed: ctx.flags.warmUp, onBug }));
  });
  afterAll(async () => {
    await whetstone.stop();
    await cloud.stop();
  });

  it.each(['2025-11-25', '2026-07-28'] as const)(
    '%s: passes all that needs no fixture, every message valid',
    async (revision) => {
      const { passed, complaints } = await judge(whetstone.url, revision);
      expect(passed).toEqual(expect.arrayContaining([...withoutFixtures[revision]]));
      expect([...complaints.values()].flat().filter((complaint) => complaint.startsWith('wire-schema-valid'))).toEqual(
        [],
      );
    },
  );
});
