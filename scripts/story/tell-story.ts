import { agentWrites } from './agent-writes.ts';
import { alertRaised } from './alert-raised.ts';
import { bisected } from './bisected.ts';
import { flagServes } from './flag-serves.ts';
import { gatePassed } from './gate-passed.ts';
import { guidanceDrafted } from './guidance-drafted.ts';
import { humanCorrects } from './human-corrects.ts';
import { patternFound } from './pattern-found.ts';
import { regressionPlanted } from './regression-planted.ts';
import { rolledBack } from './rolled-back.ts';
import type { Tell } from './step.ts';

/** The whole loop, once. Each step has what it needs from those before it, and nothing else. */
export async function tellStory(tell: Tell) {
  const written = await tell('The agent writes', agentWrites);
  const corrected = await tell('A person corrects it, and the hooks notice', humanCorrects);
  const found = await tell('A pattern is learned', patternFound);
  const drafted = await tell('It becomes guidance', (world) => guidanceDrafted(world, { patternId: found.pattern.id }));
  const good = drafted.guidance.version;
  const gated = await tell('The gate asks whether it helps', (world) => gatePassed(world, { version: good }));
  const serving = await tell('The flag serves it to 10 %', (world) => flagServes(world, { version: good }));
  const planted = await tell('A regression is planted', (world) =>
    regressionPlanted(world, { first: drafted.guidance }),
  );
  const alert = await tell('It is noticed, proved and taken back', alertRaised);
  const named = await tell('A bisect names the version', (world) =>
    bisected(world, {
      versions: planted.versions,
      regressionId: alert.regression.id,
      problems: alert.regression.evidence!.lost.map(({ problemId }) => problemId),
    }),
  );
  const back = await tell('The former version is back', (world) =>
    rolledBack(world, {
      good,
      bad: planted.bad,
      culprit: named.culprit,
      lucky: serving.lucky,
      served: serving.served,
    }),
  );
  return { written, corrected, found, drafted, gated, serving, planted, alert, named, back };
}
