import { askGuidance, exposureOf, variantsOf } from './flag-serves.ts';
import { percent } from './step.ts';
import type { World } from './world.ts';

interface Before {
  good: string;
  bad: string;
  /** By the bisect. */
  culprit: string;
  lucky: string;
  served: Map<string, string>;
}

/** Who had the bad version has the former one again, by the rollback alone; an editor, who knows what did it, retires the rest. */
export async function rolledBack(world: World, { good, bad, culprit, lucky, served }: Before) {
  const { admin } = world;
  const after = await exposureOf(world);
  const { items } = await admin.getFlagHistory({ key: 'guidance', limit: 1 });
  const automatic = items[0]!;
  const got = await askGuidance(world, lucky);
  const now = await variantsOf(world);
  const moved = [...served].filter(([user, variant]) => now.get(user) !== variant).length;
  const statusOf = async (version: string) => (await admin.getGuidanceVersion({ version })).status;
  const [status, badStatus] = [await statusOf(good), await statusOf(bad)];
  const retired = [...new Set([culprit, bad])];
  for (const version of retired) await admin.retireGuidance({ version, reason: `has the rule of ${culprit}` });
  return {
    after,
    automatic,
    got,
    moved,
    status,
    badStatus,
    facts: [
      `flag version ${automatic.version}, by ${automatic.actor.name ?? automatic.actor.kind}: ${bad} goes to ${percent(after.weights[bad] ?? 0)}, ${good} to ${percent(after.weights[good] ?? 0)}, the hold-out stays at ${percent(after.heldOut)}`,
      `${good} is ${status}, ${bad} ${badStatus}`,
      `get_guidance over MCP for ${lucky}: ${got.version}; of ${served.size} users ${moved} get another answer than before the harm`,
      `an editor retires ${retired.join(' and ')}, by what the bisect found`,
    ],
    seenAt: ['/flags/guidance/history', `/feedback/guidance/${good}`],
  };
}
