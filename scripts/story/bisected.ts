import { dataset } from './constructed.ts';
import { percent } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

interface Wanted {
  versions: { version: string; guidance: string }[];
  regressionId: string;
  /** That went from passing to failing. */
  problems: string[];
}

/** Which of the versions between the good and the bad one did it, by runs whose single verdicts are not to be trusted. */
export async function bisected({ admin }: World, { versions, regressionId, problems }: Wanted) {
  const { id } = await admin.startBisect({
    over: { kind: 'promptVersions', versions },
    dataset,
    regressionId,
    problems: problems.slice(0, 3),
    seedRuns: 4,
  });
  const bisect = await until('the bisect', async () => {
    const found = await admin.getBisect({ id });
    return ['queued', 'seeding', 'searching'].includes(found.status) ? undefined : found;
  });
  if (bisect.status !== 'found')
    throw new Error(`the bisect ended as ${bisect.status}: ${bisect.failure ?? bisect.answer?.sentence}`);
  const culprit = bisect.candidates[bisect.answer!.from!]!;
  return {
    bisect,
    culprit: culprit.name,
    facts: [
      `bisect ${id} over ${versions.length} versions: ${bisect.seedRuns} runs at the ends, ${bisect.searchRuns} of the search`,
      bisect.answer!.sentence,
      bisect.candidates.map(({ name, posterior }) => `${name} ${percent(posterior)}`).join(' · '),
    ],
    seenAt: [`/bisects/${id}`],
  };
}
