import type { World } from './world.ts';

/** The rule of the pattern, in the detector's own words. */
export async function guidanceDrafted({ admin }: World, { patternId }: { patternId: string }) {
  const { rules } = await admin.draftGuidance({ by: 'detectors' });
  const rule = rules.find((each) => each.patternId === patternId);
  if (!rule) throw new Error('the draft has no rule for the pattern');
  const guidance = await admin.createGuidance({
    title: 'No shared defaults',
    rules: [{ text: rule.text, patternId, feedbackIds: rule.feedbackIds.slice(0, 20), languages: ['python'] }],
  });
  return {
    guidance,
    facts: [
      `${guidance.version}, ${guidance.tokens} tokens in a prompt, status ${guidance.status}: nobody gets it yet`,
      `“${guidance.rules[0]!.text}”`,
      `it rests on ${guidance.rules[0]!.feedbackIds.length} corrections, back to the edit`,
    ],
    seenAt: [`/feedback/guidance/${guidance.version}`],
  };
}
