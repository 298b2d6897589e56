import { interval, percent } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** The job that learns reads what came, by itself. */
export async function patternFound({ admin }: World) {
  const pattern = await until('a pattern', async () => {
    const { items, waiting } = await admin.listPatterns({ language: 'python', limit: 50 });
    return waiting === 0 ? items.find(({ key }) => key === 'mutable-default-fixed') : undefined;
  });
  const { items: others } = await admin.listPatterns({ language: 'python', all: true, limit: 50 });
  const { evidence, counterexamples } = await admin.getPattern({ id: pattern.id });
  const { support, changed, survived, rate, baseRate, lift, liftInterval } = pattern;
  const notThose = others.filter(({ isPattern }) => !isPattern);
  return {
    pattern,
    evidence: evidence.length,
    counterexamples: counterexamples.length,
    notThose: notThose.map(({ key, whyNot }) => ({ key, whyNot })),
    facts: [
      `“${pattern.title}” (${pattern.key}), ${pattern.id}`,
      `support: ${support.corrections} corrections, ${support.tasks} tasks; ${changed} places changed, ${survived} left (${percent(rate!)})`,
      `lift ${lift!.toFixed(1)}, 95 % interval ${interval(liftInterval!)}, against ${percent(baseRate!)} of all lines`,
      `not called a pattern: ${notThose.map(({ key, whyNot }) => `${key} (${whyNot})`).join('; ')}`,
      `${evidence.length} pieces of evidence, ${counterexamples.length} counterexamples`,
    ],
    seenAt: ['/feedback/patterns', `/feedback/patterns/${pattern.id}`],
  };
}
