/** A recommendation as it is kept. Of many with the same answer it is one object, which is written down once. */
export interface KeptRecommendation {
  id: string;
  at: Date;
  task: KeptTask;
  answer: KeptAnswer;
  exploredExtraUsd: number | undefined;
  trialArm: string | undefined;
}

export interface KeptTask {
  taskType?: string | undefined;
  language?: string | undefined;
  complexity?: string | undefined;
  repoId?: string | undefined;
  taskId?: string | undefined;
  userId?: string | undefined;
}

/** Costs in US dollars; undefined where nobody knows. */
export interface KeptAnswer {
  source: 'cloud' | 'offline';
  tableVersion: string;
  policyVersion: string;
  model: string;
  incumbent: string | undefined;
  explored: boolean;
  propensity: number;
  expectedSuccess: number | undefined;
  expectedCostUsd: number | undefined;
  incumbentSuccess: number | undefined;
  incumbentCostUsd: number | undefined;
  incumbentPropensity: number | undefined;
  plan: readonly string[];
}

/** What they add up to. */
export function totalsOf(kept: readonly KeptRecommendation[]) {
  const totals = { fromMs: Infinity, toMs: -Infinity, made: 0, offline: 0, explored: 0, exploredUsd: 0, drawn: 0 };
  for (const { at, answer, exploredExtraUsd, trialArm } of kept) {
    totals.fromMs = Math.min(totals.fromMs, at.getTime());
    totals.toMs = Math.max(totals.toMs, at.getTime());
    totals.made++;
    if (answer.source === 'offline') totals.offline++;
    if (answer.explored) totals.explored++;
    totals.exploredUsd += exploredExtraUsd ?? 0;
    if (trialArm !== undefined) totals.drawn++;
  }
  return totals;
}

/**
 * As JSON: `answers` with the kinds of task they were given for, each once, and an entry for each recommendation: its id, when it
 * was made (milliseconds since 1970), the place of its answer from 0 on, and what else is known of it.
 */
export function written(kept: readonly KeptRecommendation[]): { answers: string; entries: string } {
  const answers: object[] = [];
  const known = new Map<KeptAnswer, Map<string, number>>();

  function placeOf({ answer, task }: KeptRecommendation): number {
    let ofKinds = known.get(answer);
    if (!ofKinds) known.set(answer, (ofKinds = new Map<string, number>()));
    const { taskType, language, complexity, repoId } = task;
    const kind = { taskType, language, complexity, repoId };
    const key = JSON.stringify(kind);
    const place = ofKinds.get(key) ?? answers.length;
    if (place === answers.length) {
      answers.push({ ...kind, ...answer });
      ofKinds.set(key, place);
    }
    return place;
  }

  const entries = kept.map((one) => {
    const { taskId = null, userId = null } = one.task;
    return [one.id, one.at.getTime(), placeOf(one), taskId, userId, one.exploredExtraUsd ?? null, one.trialArm ?? null];
  });
  return { answers: JSON.stringify(answers), entries: JSON.stringify(entries) };
}
