import { afterAll, beforeAll, expect, it } from 'vitest';
import { tellStory } from '../../scripts/story/tell-story.ts';
import { openWorld, type World } from '../../scripts/story/world.ts';

let world: World | undefined;
let story: Awaited<ReturnType<typeof tellStory>>;
const titles: string[] = [];

beforeAll(async () => {
  const opened = await openWorld();
  world = opened;
  story = await tellStory(async (title, work) => {
    titles.push(title);
    const evidence = await work(opened);
    expect(evidence.facts, title).not.toEqual([]);
    return evidence;
  });
}, 600_000);
afterAll(() => world?.close());

it('is told in ten steps', () => expect(titles).toHaveLength(10));

it('begins with writes that the hooks saw, all of them', () => {
  expect(story.written).toMatchObject({ keptFiles: 20, coverage: { writes: 20, missed: 0 } });
});

it('has on the server what a person changed, file by file, without a tool being called', () => {
  const { corrected, reworded, feedbackIds, verdicts, repos } = story.corrected;
  expect(verdicts['edited']).toBe(corrected + reworded);
  expect(feedbackIds).toHaveLength(corrected + reworded);
  expect(repos).toEqual(['acme/keeper']);
});

it('calls a pattern what was corrected again and again, with survivors, and nothing that was not', () => {
  const { pattern, notThose, evidence } = story.found;
  expect(pattern).toMatchObject({ support: { corrections: 15, tasks: 5 }, changed: 15, survived: 4 });
  expect(pattern.liftInterval![0]).toBeGreaterThan(1);
  expect(evidence).toBe(15);
  expect(notThose).toContainEqual({ key: 'docstring-reworded', whyNot: expect.stringContaining('may as well be 1') });
});

it('leads from the rule back to the edits', async () => {
  const [rule] = story.drafted.guidance.rules;
  expect(rule).toMatchObject({ patternId: story.found.pattern.id });
  expect(rule!.feedbackIds).toHaveLength(15);
  const { usedIn } = await world!.admin.getFeedback({ id: rule!.feedbackIds[0]! });
  expect(usedIn).toContainEqual({ guidanceVersion: 'g1', ruleId: rule!.id });
});

it('releases it because the gate found a gain, from prompts that really had the rule', () => {
  const { gate, status, toldCalls } = story.gated;
  expect(gate).toMatchObject({ decision: 'accepted', path: 'gain', pairs: 24 });
  expect(gate.differenceInterval![0]).toBeGreaterThan(0);
  expect(gate.pAdjusted).toBeLessThan(0.025);
  expect({ status, toldCalls }).toEqual({ status: 'released', toldCalls: 24 });
});

it('serves it to a tenth and holds some out', () => {
  const { exposure, got, none } = story.serving;
  expect(exposure).toMatchObject({ weights: { g1: 0.1 }, heldOut: 0.05 });
  expect(got).toMatchObject({ version: 'g1', source: 'cloud' });
  expect(none.version).toBeUndefined();
});

it('proves the planted regression by running again, and takes it from everybody', () => {
  const { regression } = story.alert;
  expect(regression).toMatchObject({
    state: 'alert',
    severity: 'critical',
    flag: { key: 'guidance', variant: story.planted.bad },
    rollback: { outcome: 'rolled_back', flagVersion: 3 },
  });
  expect(regression.evidence!.interval[0]).toBeGreaterThan(0);
  expect(regression.rollback!.reason).toContain('back to "g1"');
});

it('names the version that did it', () => {
  expect(story.named.culprit).toBe('g4');
  expect(story.named.bisect.answer!.confidence).toBeGreaterThanOrEqual(0.9);
});

it('ends where it was before the harm, for everybody', () => {
  const { automatic, after, got, moved, status, badStatus } = story.back;
  expect(automatic).toMatchObject({ action: 'variant_rolled_back', actor: { kind: 'system' } });
  expect(after).toMatchObject({ weights: { g1: 0.1 }, heldOut: 0.05 });
  expect(after.weights[story.planted.bad]).toBeUndefined();
  expect(got.version).toBe('g1');
  expect({ moved, status, badStatus }).toEqual({ moved: 0, status: 'released', badStatus: 'rolled_back' });
});
