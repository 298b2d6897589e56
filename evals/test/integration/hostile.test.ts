import { describe, expect, it } from 'vitest';
import { isHeld, runHostileSet, type HostileOutcome } from '../../src/hostile/run-hostile.ts';
import { openUntried } from '../../src/sandbox/open.ts';
import type { SandboxTier } from '../../src/sandbox/sandbox.ts';

async function outcomesIn(tier: SandboxTier, sameProcess = false): Promise<HostileOutcome[]> {
  const sandbox = await openUntried({ tier, workers: 1, hashSeed: 0 }, { e2b: {} });
  try {
    return await runHostileSet(sandbox, { timeoutMs: 1000, ...(sameProcess && { sameProcess }) });
  } finally {
    await sandbox.close();
  }
}

const told = (outcomes: readonly HostileOutcome[]) =>
  outcomes
    .filter((one) => !isHeld(one))
    .map(({ language, name, status, effects }) => ({ language, name, status, effects }));

describe('the hostile set', () => {
  it.each(['process'] as const)('gets nothing by %s', { timeout: 300_000 }, async (tier) => {
    const outcomes = await outcomesIn(tier);
    expect(outcomes.length).toBeGreaterThanOrEqual(30);
    expect(told(outcomes)).toEqual([]);
  });

  it(
    'has teeth: beside its tests a candidate lies and reads them, but neither gets out nor harms the next',
    { timeout: 300_000 },
    async () => {
      const outcomes = await outcomesIn('process', true);
      const passed = outcomes.filter(({ falsePass }) => falsePass).map(({ name }) => name);
      expect(passed).toContain('an object equal to everything');
      expect(passed).toContain('reads the tests from the frames above');
      expect(passed.length).toBeGreaterThanOrEqual(8);
      expect(outcomes.filter(({ harmedNext, effects }) => harmedNext || effects.length > 0)).toEqual([]);
    },
  );
});
