import type { Leaderboard } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { snapshots } from '../../src/features/evals/leaderboard/snapshot.ts';

/** What machines share, and how often it was read. */
function sharedCache() {
  const values = new Map<string, string>();
  let reads = 0;
  return {
    get: async (key: string) => {
      reads++;
      return values.get(key);
    },
    set: async (key: string, value: string) => void values.set(key, value),
    reads: () => reads,
  };
}

describe('snapshots of boards', () => {
  const scope = { projectId: 'a project' } as Parameters<ReturnType<typeof snapshots>>[0];
  const asked = { dataset: 'a set', timeRange: '30d' };
  let made = 0;
  const make = async () => ({ generatedAt: `answer ${++made}` }) as Leaderboard;

  it('are made by one machine, read once by each other, and then held there until what they say changes', async () => {
    const cache = sharedCache();
    const [one, other] = [snapshots(cache), snapshots(cache)];
    const first = await one(scope, { asked, stamp: 1, make });
    for (let poll = 0; poll < 5; poll++) {
      expect(await one(scope, { asked, stamp: 1, make })).toEqual(first);
      expect(await other(scope, { asked, stamp: 1, make })).toEqual(first);
    }
    expect({ made, reads: cache.reads() }).toEqual({ made: 1, reads: 2 });

    const renewed = await other(scope, { asked, stamp: 2, make });
    expect(renewed).not.toEqual(first);
    expect(await one(scope, { asked, stamp: 2, make })).toEqual(renewed);
    expect({ made, reads: cache.reads() }).toEqual({ made: 2, reads: 4 });
  });

  it('are of one project each', async () => {
    const cache = sharedCache();
    const one = snapshots(cache);
    const mine = await one(scope, { asked, stamp: 1, make });
    expect(await one({ ...scope, projectId: 'another' }, { asked, stamp: 1, make })).not.toEqual(mine);
  });
});
