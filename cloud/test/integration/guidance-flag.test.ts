import type { FlagDefinition } from '@whetstone/shared/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEngines } from '../support/engines.ts';
import { madeGuidance, share } from '../support/made-guidance.ts';

/** Who serves what, and what becomes of it: by gates, by hand, by automatic rollbacks. */
describeOnEngines('the flag of guidance', (engine) => {
  let made: Awaited<ReturnType<typeof madeGuidance>>;
  let first: string;
  let second: string;

  beforeAll(async () => {
    made = await madeGuidance(engine);
  });
  afterAll(() => made.app.close());

  const rollBack = (variant: string) =>
    made.app.rollBackVariant(made.app.projectId, {
      key: 'guidance',
      variant,
      reason: 'fewer points',
      once: `regression ${uuidv7()}`,
    });
  const releasedTo = async (version: string, rolloutPercentage: number) => {
    const { gate } = await made.gated(version);
    await made.release(version, { gateId: gate!.id, rolloutPercentage });
    return gate!;
  };
  /** As an editor writes the flag in the dashboard. */
  const editFlag = async (change: (flag: FlagDefinition) => Partial<FlagDefinition>) => {
    const flag = await made.app.admin.getFlag({ key: 'guidance' });
    await made.app.admin.updateFlag({ ...flag, ...change(flag), reason: 'by hand' });
  };
  const putInByHand = async (version: string, instead: string) => {
    const { rules } = await made.app.admin.getGuidanceVersion({ version });
    const document = {
      version,
      rules: rules.map(({ id, text, taskTypes, languages, expiresAt }) => ({
        id,
        text,
        taskTypes,
        languages,
        expiresAt,
      })),
    };
    await editFlag(({ variants, fallthrough }) => ({
      variants: { ...variants, [version]: document },
      fallthrough: {
        split:
          'split' in fallthrough
            ? fallthrough.split.map((part) => (part.variant === instead ? { ...part, variant: version } : part))
            : [],
      },
    }));
  };

  it('gives those from whom a version is taken what they had before, and keeps the hold-out', async () => {
    first = await made.create(60);
    await releasedTo(first, 100);
    const before = await made.variants();
    second = await made.create(30);
    await releasedTo(second, 50);
    expect(share(await made.variants(), second)).toBeCloseTo(0.5, 1);

    const dry = { key: 'guidance', variant: second, reason: 'fewer points', once: 'a dry run', dryRun: true };
    const would = await made.app.rollBackVariant(made.app.projectId, dry);
    expect(would).toMatchObject({ outcome: 'rolled_back', instead: [first] });
    expect(await made.statusOf(second)).toBe('released');

    expect(await rollBack(second)).toMatchObject({ outcome: 'rolled_back', instead: [first] });
    expect(await made.variants()).toEqual(before);
    expect([await made.statusOf(first), await made.statusOf(second)]).toEqual(['released', 'rolled_back']);
    const { items } = await made.app.admin.getFlagHistory({ key: 'guidance', limit: 1 });
    expect(items[0]).toMatchObject({
      action: 'variant_rolled_back',
      reason: expect.stringContaining(`back to ${first}`),
    });
  });

  it('asks the gate again before it serves what was rolled back', async () => {
    const { gate } = await made.app.admin.getGuidanceVersion({ version: second });
    await expect(made.release(second, { gateId: gate!.id, rolloutPercentage: 50 })).rejects.toThrow(
      'rolled back since',
    );
  });

  it('gives nobody back what was taken back itself, but what was there before that', async () => {
    const before = await made.variants();
    const third = await made.create(28);
    await releasedTo(third, 100);
    const fourth = await made.create(5);
    await releasedTo(fourth, 20);
    // The third, which most have, goes first: then what the fourth replaced is not fit to come back.
    expect(await rollBack(third)).toMatchObject({ instead: [first] });
    expect(await rollBack(fourth)).toMatchObject({ instead: [first] });
    expect(await made.variants()).toEqual(before);
  });

  it('calls a version released that somebody puts in by hand, and the one it replaced retired', async () => {
    const before = await made.variants();
    const byHand = await made.create(70);
    await putInByHand(byHand, first);
    expect(await made.app.admin.getGuidanceVersion({ version: byHand })).toMatchObject({
      status: 'released',
      gate: null,
      flag: { key: 'guidance', variant: byHand },
    });
    expect(await made.statusOf(first)).toBe('retired');
    expect(await rollBack(byHand)).toMatchObject({ instead: [first] });
    expect([await made.statusOf(byHand), await made.statusOf(first)]).toEqual(['rolled_back', 'released']);
    expect(await made.variants()).toEqual(before);
  });

  it('follows a flag that is switched off and on, archived and restored', async () => {
    const { admin } = made.app;
    const statuses: string[] = [];
    const look = async () => void statuses.push(await made.statusOf(first));
    await editFlag(() => ({ enabled: false }));
    await look();
    await editFlag(() => ({ enabled: true }));
    await look();
    const { version } = await admin.getFlag({ key: 'guidance' });
    await admin.archiveFlag({ key: 'guidance', version });
    await look();
    await admin.restoreFlag({ key: 'guidance' });
    await look();
    expect(statuses).toEqual(['rolled_back', 'released', 'rolled_back', 'released']);
  });

  it('lets a gate under way decide about a version that somebody puts in meanwhile, and says that it is out', async () => {
    const eager = await made.create(10);
    await made.release(eager);
    await putInByHand(eager, first);
    expect(await made.statusOf(eager)).toBe('testing');
    await made.endRuns(eager);
    const { status, gate } = await made.decided(eager);
    expect({ status, decision: gate!.decision }).toEqual({ status: 'released', decision: 'inconclusive' });
    expect(gate!.reason).toContain(`${eager} is served since`);
    expect(await rollBack(eager)).toMatchObject({ instead: [first] });
  });

  it('serves no version to more by a gate that compared it with something else than most have now', async () => {
    const early = await made.create(9);
    const { gate } = await made.gated(early);
    const late = await made.create(8);
    await releasedTo(late, 100);
    await expect(made.release(early, { gateId: gate!.id, rolloutPercentage: 50 })).rejects.toThrow(
      `${late} is what most are served now`,
    );
    expect(await rollBack(late)).toMatchObject({ instead: [early, first] });
  });

  it('leaves an accepted version unserved where the flag was archived meanwhile, and says so', async () => {
    const version = await made.create(7);
    await made.release(version);
    const flag = await made.app.admin.getFlag({ key: 'guidance' });
    await made.app.admin.archiveFlag({ key: 'guidance', version: flag.version });
    await made.endRuns(version);
    const { status, gate } = await made.decided(version);
    expect(status).toBe('inconclusive');
    expect(gate!.reason).toContain('nothing is served since');
    await made.app.admin.restoreFlag({ key: 'guidance' });
  });
});
