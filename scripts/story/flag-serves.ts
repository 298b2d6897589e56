import { clients } from '../../test/support/mcp-agents.ts';
import { percent } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const users = Array.from({ length: 200 }, (_, place) => `user-${place + 1}`);

/** What each of two hundred people gets, by the server. */
export async function variantsOf({ admin }: Pick<World, 'admin'>) {
  const served = new Map<string, string>();
  for (const userId of users) {
    const { variant } = await admin.evaluateFlag({ key: 'guidance', userId });
    served.set(userId, variant ?? 'none');
  }
  return served;
}

export async function exposureOf({ admin }: Pick<World, 'admin'>) {
  const { fallthrough, version } = await admin.getFlag({ key: 'guidance' });
  const split = 'split' in fallthrough ? fallthrough.split : [];
  const weights: Record<string, number> = {};
  for (const { variant, weight } of split) weights[variant] = (weights[variant] ?? 0) + weight / 10_000;
  return { flagVersion: version, weights, heldOut: (split.at(-1)?.weight ?? 0) / 10_000 };
}

/** Asks as an agent does: the tool of the built MCP server, over stdio. On a busy machine it may answer from what it kept first. */
export const askGuidance = ({ agentEnv }: World, userId: string) =>
  until('an answer of the server over MCP', async () => {
    const answer = await askOnce(agentEnv, userId);
    return answer.source === 'cloud' ? answer : undefined;
  });

async function askOnce(agentEnv: World['agentEnv'], userId: string) {
  const agent = await clients[1]!.open(agentEnv);
  try {
    const { structuredContent, text } = await agent.call('get_guidance', { userId, language: 'python' });
    return {
      version: structuredContent?.['version'] as string | undefined,
      source: structuredContent?.['source'],
      text,
    };
  } finally {
    await agent.close();
  }
}

export async function flagServes(world: World, { version }: { version: string }) {
  const exposure = await exposureOf(world);
  const served = await variantsOf(world);
  const lucky = users.find((user) => served.get(user) === version)!;
  const other = users.find((user) => served.get(user) === 'none')!;
  const [got, none] = [await askGuidance(world, lucky), await askGuidance(world, other)];
  const share = [...served.values()].filter((variant) => variant === version).length / served.size;
  return {
    exposure,
    lucky,
    served,
    got,
    none,
    facts: [
      `flag guidance, version ${exposure.flagVersion}: ${percent(exposure.weights[version]!)} get ${version}, ${percent(exposure.heldOut)} are held out for good`,
      `of ${served.size} users asked about, ${percent(share)}`,
      `get_guidance over MCP for ${lucky}: ${got.version} (${String(got.source)}); for ${other}: ${none.version ?? 'none'}`,
    ],
    seenAt: ['/flags/guidance', '/flags/guidance/history'],
  };
}
