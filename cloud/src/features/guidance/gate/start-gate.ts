import type { EvalRunRequest, EvalSubject, guidance, Parsed } from '@whetstone/shared/contract';
import { guidanceFlag, guidanceText } from '@whetstone/shared/feedback';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { servedToMost } from '../flag-definition.ts';
import { nameOf, numberOf, type GateRow, type GuidanceRow } from '../guidance-row.ts';
import { deliveredOf } from '../guidance-view.ts';
import { knownVersion } from '../known-version.ts';
import { currentFlag, type GuidanceFlag, type PrepareGateRun } from '../release.ts';
import { guidanceRepository } from '../repository.ts';
import { planGate, type GatePlan } from './plan.ts';

export interface StartDoors {
  prepare: PrepareGateRun;
  flag: GuidanceFlag;
  /** The model that the project works with, if it says. */
  incumbent: (tx: ProjectTx) => Promise<string | undefined>;
  /** Whether there is an endpoint of models. */
  isModelConfigured: () => boolean;
  clock: () => number;
}

type Wanted = Parsed<(typeof guidance)['releaseGuidance']>;
type Subject = Extract<EvalSubject, { kind: 'model' }>;

/** Of tasks that come out differently between two runs, as long as no gate has measured it. */
const assumedDiscordance = 0.2;
const leastDiscordance = 0.02;
const mostOpenGates = 5;

/** Plans the gate and begins its two runs; a plan that cannot find what it looks for is an end at once, and costs nothing. */
export async function startGate(ctx: Ctx, wanted: Wanted, doors: StartDoors): Promise<GateRow> {
  const { version, dataset, effectPoints } = wanted;
  const seen = await ctx.transaction((tx) => lookAround(tx, wanted, doors));
  const { row, model, baseline } = seen;
  const without: Subject = {
    kind: 'model',
    model,
    ...(wanted.params && { params: wanted.params as Subject['params'] }),
  };
  const nowMs = doors.clock();
  const textOf = (version_: GuidanceRow) => guidanceText(deliveredOf(version_), { nowMs }).text;
  const rules = textOf(row);
  if (rules === '') throw new WhetstoneError('conflict', `all rules of ${version} have expired: write a new version`);
  const subjects = {
    without: baseline ? { ...without, guidance: textOf(baseline), guidanceVersion: nameOf(baseline.number) } : without,
    with: { ...without, guidance: rules, guidanceVersion: version },
  };
  const requestOf = (subject: Subject, samplesPerProblem: number): EvalRunRequest => ({
    dataset,
    subject,
    samplesPerProblem,
    seed: 0,
    tags: ['guidance', version],
    ...(wanted.budgetUsd !== undefined && { budgetUsd: wanted.budgetUsd / 2 }),
    ...(subject === subjects.with && { flag: { key: guidanceFlag, variant: version } }),
  });
  const { problemCount } = await doors.prepare(ctx, requestOf(subjects.with, 1));
  const planOf = (candidates: number) =>
    planGate({
      effectPoints,
      discordance: seen.discordance,
      tasks: problemCount,
      candidates,
      samplesPerProblem: wanted.samplesPerProblem,
    });
  const plan = planOf(seen.candidates);
  const gate = gateOf(ctx, wanted, { ...seen, plan });
  const isShort = plan.tasksNeeded > plan.tasks;
  if (wanted.dryRun) {
    const reason = 'a dry run: nothing was run or stored';
    return { ...gate, decision: isShort ? 'inconclusive' : 'pending', reason, startedAt: new Date(nowMs) };
  }
  if (isShort) {
    const reason = `nothing was run: "${dataset}" has ${plan.tasks} tasks, and ${plan.tasksNeeded} are needed to find ${effectPoints} points`;
    return ctx.transaction(async (tx) => {
      await holdVersion(tx, wanted);
      await guidanceRepository.insertGate(tx, { ...gate, decision: 'inconclusive', reason, endedAt: tx.now });
      await guidanceRepository.setStatus(tx, row.number, { status: 'inconclusive', reason });
      return (await guidanceRepository.gate(tx, gate.id))!;
    });
  }
  const runs = {
    without: await doors.prepare(ctx, requestOf(subjects.without, plan.samplesPerProblem)),
    with: await doors.prepare(ctx, requestOf(subjects.with, plan.samplesPerProblem)),
  };
  refuseDear([runs.without.estimatedCostUsd, runs.with.estimatedCostUsd], wanted.budgetUsd);
  return ctx.transaction(async (tx) => {
    await holdVersion(tx, wanted);
    if ((servedToMost(await currentFlag(tx, doors.flag)) ?? null) !== gate.request.baseline)
      throw new WhetstoneError('conflict', 'what is served has changed meanwhile: ask for the release again');
    // The plan counts candidates as they were; who has come since is corrected for when it is decided.
    await guidanceRepository.insertGate(tx, gate);
    const cause = { purpose: 'gate', startedBy: ctx.actor.name, parentId: gate.id } as const;
    await guidanceRepository.setRuns(tx, gate.id, {
      without: await runs.without.insert(tx, cause),
      with: await runs.with.insert(tx, cause),
    });
    await guidanceRepository.setStatus(tx, row.number, { status: 'testing' });
    return (await guidanceRepository.gate(tx, gate.id))!;
  });
}

async function lookAround(tx: ProjectTx, { version, dataset, ...wanted }: Wanted, doors: StartDoors) {
  const row = await knownVersion(tx, version);
  refuseUntestable(row);
  if (!doors.isModelConfigured())
    throw new WhetstoneError(
      'conflict',
      'this engine is not configured: a gate asks a model, for which OPENAI_API_KEY (or OPENAI_BASE_URL of another endpoint) is set where the server is started',
    );
  const last = await guidanceRepository.lastGate(tx);
  const model = wanted.model ?? last?.request.model ?? (await doors.incumbent(tx));
  if (model === undefined)
    throw invalidField(
      'model',
      'say which model is asked: there was no gate before, and the portfolio has no incumbent',
    );
  const served = servedToMost(await currentFlag(tx, doors.flag));
  if (served === version)
    throw new WhetstoneError('conflict', `${version} is what most are served: there is nothing to compare it with`);
  const baseline = served === undefined ? undefined : await guidanceRepository.find(tx, numberOf(served));
  const family = familyOf({ dataset, model, params: wanted.params, baseline: baseline?.contentHash });
  const tried = await guidanceRepository.family(tx, family);
  await refuseAgain(tx, row, tried);
  const measured = (await guidanceRepository.evidence(tx, { dataset, model }))?.figures.discordance;
  return {
    row,
    model,
    baseline,
    family,
    candidates: tried.length + 1,
    discordance: Math.max(leastDiscordance, measured ?? assumedDiscordance),
  };
}

function gateOf(
  ctx: Ctx,
  { effectPoints, rolloutPercentage, holdoutPercentage, dataset, params }: Wanted,
  { row, model, baseline, family, plan }: Awaited<ReturnType<typeof lookAround>> & { plan: GatePlan },
): Omit<GateRow, 'startedAt'> {
  return {
    id: uuidv7(),
    number: row.number,
    decision: 'pending',
    reason: 'its two runs are under way',
    request: {
      dataset,
      model,
      ...(params && { params }),
      effectPoints,
      rolloutPercentage,
      holdoutPercentage,
      baseline: baseline ? nameOf(baseline.number) : null,
      family,
    },
    plan,
    withoutRun: null,
    withRun: null,
    result: null,
    startedBy: ctx.actor.name,
    endedAt: null,
  };
}

/** Of two that release one version at once, one does. */
async function holdVersion(tx: ProjectTx, { version }: Wanted): Promise<void> {
  await guidanceRepository.lockProject(tx);
  refuseUntestable(await knownVersion(tx, version));
  if ((await guidanceRepository.openGates(tx)) < mostOpenGates) return;
  throw new WhetstoneError(
    'rate_limited',
    `${mostOpenGates} gates of this project are under way, as many as it may have at a time: wait until one has ended`,
  );
}

function refuseUntestable({ number, status }: GuidanceRow): void {
  if (status === 'testing') throw new WhetstoneError('conflict', `a gate of ${nameOf(number)} is under way`);
  if (status === 'released')
    throw new WhetstoneError(
      'conflict',
      `${nameOf(number)} is released: name the gateId that accepted it to serve it to more`,
    );
}

/** Tried again and again on the same tasks, anything passes in the end. */
async function refuseAgain(tx: ProjectTx, row: GuidanceRow, tried: readonly GateRow[]): Promise<void> {
  const saidBy = (version: GuidanceRow) => guidanceText(deliveredOf(version), { nowMs: 0 }).text;
  for (const { id, number, decision } of tried) {
    if (decision !== 'refused') continue;
    const earlier = await guidanceRepository.find(tx, number);
    if (!earlier || saidBy(earlier) !== saidBy(row)) continue;
    throw new WhetstoneError(
      'conflict',
      `the gate ${id} refused these very rules on these tasks: write other rules, or name a data set of other tasks`,
    );
  }
}

function refuseDear(estimates: (number | undefined)[], budgetUsd: number | undefined): void {
  const sum = estimates.reduce<number>((total, usd) => total + (usd ?? 0), 0);
  if (budgetUsd !== undefined && sum > budgetUsd)
    throw invalidField('budgetUsd', `the two runs cost about $${sum.toFixed(2)}, the budget is $${budgetUsd}`);
}

/** Versions that are tried on the same tasks, by the same model, against the same. */
const familyOf = (family: { dataset: string; model: string; params: unknown; baseline: string | undefined }) =>
  createHash('sha256')
    .update(JSON.stringify([family.dataset, family.model, family.params ?? null, family.baseline ?? null]))
    .digest('hex');
