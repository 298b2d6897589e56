import type { PortfolioFigure } from '@whetstone/shared/contract';
import { clusteredShare, type Likeness, type MeanMoments } from '@whetstone/shared/portfolio';
import type { KindTried } from './repository.ts';

interface Question {
  /** Of applied and decided recommendations. */
  kinds: readonly KindTried[];
  success: MeanMoments;
  bestAt: (likeness: Likeness) => { mean: number; sd: number } | undefined;
  note: string;
}

/** Fewer tasks say too little. */
const fewestTasks = 50;

const z = 1.645;

/**
 * Success of what was recommended over what is expected of the best allowed model at the same tasks. Which models would have solved
 * a task that one of them was given, no log tells; and the best of several estimates is more likely too high than too low, so that
 * the figure is rather too low. Its interval is by the logarithm (delta method); the estimates of a model at different kinds of tasks
 * are taken to be wrong together, which makes it rather too wide.
 */
export function accuracyOf({ kinds, success, bestAt, note }: Question): PortfolioFigure {
  let [n, solved, best, bestSd] = [0, 0, 0, 0];
  for (const { taskType, language, complexity, repoId, ...tried } of kinds) {
    const known = bestAt({
      taskType: taskType ?? undefined,
      language: language ?? undefined,
      complexity: complexity ?? undefined,
      repoId: repoId ?? undefined,
    });
    if (!known) continue;
    n += tried.n;
    solved += tried.solved;
    best += tried.n * known.mean;
    bestSd += tried.n * known.sd;
  }
  const nothing = { value: null, interval: null, n, effectiveSampleSize: null };
  if (n < fewestTasks)
    return {
      ...nothing,
      why: `${n} applied recommendations solved or failed at tasks of which something is known; ${fewestTasks} are needed.`,
    };
  if (solved === 0 || best === 0) return { ...nothing, why: 'None of the tasks was solved.' };
  const value = solved / best;
  const share = clusteredShare(success);
  // Of all that were applied: the clusters of some kinds alone are not known.
  const seenSd = share.interval ? (share.interval[1] - share.interval[0]) / 2 / z / share.value : Infinity;
  const half = z * Math.hypot(seenSd * Math.sqrt(success.sums.tasks / n), bestSd / best);
  return {
    value,
    interval: Number.isFinite(half) ? [value * Math.exp(-half), value * Math.exp(half)] : null,
    n,
    effectiveSampleSize: null,
    why: `Success of what was applied over what the routing table expects now of the best allowed model at the same tasks; what each model would have made of each task, no log tells.${note}`,
  };
}
