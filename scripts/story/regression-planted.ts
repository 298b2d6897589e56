import { guidanceText } from '@whetstone/shared/feedback';
import type { Guidance } from '@whetstone/shared/contract';
import { addedByHand, dataset } from './constructed.ts';
import { percent } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const textOf = ({ rules }: Pick<Guidance, 'rules'>) => guidanceText({ rules }, { nowMs: Date.now() }).text;

/** An editor writes on by hand and serves the last version without asking the gate. One of four added rules does harm. */
export async function regressionPlanted(world: World, { first }: { first: Guidance }) {
  const { admin } = world;
  const versions = [{ version: first.version, guidance: textOf(first) }];
  let latest = first;
  for (const text of addedByHand) {
    const kept = latest.rules.map(({ id, text: same, languages }) => ({ id, text: same, languages }));
    latest = await admin.createGuidance({ parent: latest.version, rules: [...kept, { text, languages: ['python'] }] });
    versions.push({ version: latest.version, guidance: textOf(latest) });
  }
  const before = await measure(world, versions[0]!);
  const flag = await admin.getFlag({ key: 'guidance' });
  if (!('split' in flag.fallthrough)) throw new Error('the flag guidance serves no split');
  const split = flag.fallthrough.split.map((part) =>
    part.variant === first.version ? { ...part, variant: latest.version } : part,
  );
  const { version: flagVersion } = await admin.updateFlag({
    ...flag,
    variants: { ...flag.variants, [latest.version]: { version: latest.version, rules: latest.rules.map(delivered) } },
    fallthrough: { ...flag.fallthrough, split },
    reason: 'by hand, without the gate',
  });
  const after = await measure(world, versions.at(-1)!);
  return {
    versions,
    before,
    after,
    bad: latest.version,
    flagVersion,
    facts: [
      `${versions
        .slice(1)
        .map(({ version }) => version)
        .join(
          ', ',
        )}: one more rule each; ${latest.version} put into the flag by hand in place of ${first.version} (flag version ${flagVersion})`,
      `run ${before.runId} with ${first.version}: ${percent(before.passRate)} passed`,
      `run ${after.runId} with ${latest.version}, flag {guidance, ${latest.version}}: ${percent(after.passRate)}`,
    ],
    seenAt: [`/runs/compare?a=${before.runId}&b=${after.runId}`],
  };
}

const delivered = ({ id, text, taskTypes, languages, expiresAt }: Guidance['rules'][number]) => ({
  id,
  text,
  taskTypes,
  languages,
  expiresAt,
});

/** As a schedule would: what agents are given is put before each task. */
async function measure({ admin }: World, { version, guidance }: { version: string; guidance: string }) {
  const { runId } = await admin.startEvalRun({
    dataset,
    subject: { kind: 'model', model: 'stand-in', guidance, guidanceVersion: version },
    flag: { key: 'guidance', variant: version },
    tags: ['story'],
  });
  const run = await until(`run ${runId}`, async () => {
    const found = await admin.getEvalResults({ runId, limit: 1 });
    if (['failed', 'cancelled'].includes(found.run.status)) throw new Error(`run ${runId} is ${found.run.status}`);
    return found.run.status === 'completed' ? found.run : undefined;
  });
  return { runId, passRate: run.passRate! };
}
