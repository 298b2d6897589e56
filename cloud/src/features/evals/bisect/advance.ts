import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { runRepository } from '../runs/repository.ts';
import type { RunScope } from '../runs/run-scope.ts';
import type { PreparedRun, PrepareRun } from '../runs/start-run.ts';
import { isActive, type BisectRow, type StepRow } from './bisect-row.ts';
import { planOf, planWithoutMoney, type Plan } from './plan.ts';
import { bisectRepository } from './repository.ts';
import { stepRequest } from './step-request.ts';
import { tellingProblems } from './step-verdict.ts';

/** Has those told who asked for it, when the transaction commits. */
export type TellEnd = (tx: ProjectTx, event: 'bisect.ended', data: Record<string, unknown>) => Promise<void>;

export type SendBisect = (tx: ProjectTx, bisectId: string) => Promise<void>;

interface Dependencies {
  prepare: PrepareRun;
  tell: TellEnd;
  send: SendBisect;
}

interface Seen {
  bisect: BisectRow;
  steps: StepRow[];
  paidUsd: number;
}

/**
 * Takes a bisect as far as it goes until a run has to end. What is to be done is decided from what is stored, prepared outside
 * any transaction, and written only if nobody has written in between: a message that comes twice starts nothing twice.
 */
export async function advanceBisect(scope: RunScope, bisectId: string, dependencies: Dependencies): Promise<void> {
  const seen = await scope.transaction((tx) => read(tx, bisectId));
  if (!seen || !isActive(seen.bisect)) return;
  const plan = planOf(seen.bisect, seen.steps);
  switch (plan.kind) {
    case 'wait':
      return;
    case 'start':
      return await start(scope, seen, plan.steps, dependencies);
    default:
      return await scope.transaction(async (tx) => {
        const bisect = await unchanged(tx, seen);
        if (bisect) await carryOut(tx, bisect, plan, dependencies);
      });
  }
}

/** After the last attempt nobody comes back to it: it ends, so that a person sees why and can go on with it. */
export function giveUpBisect(scope: RunScope, bisectId: string, failure: string, tell: TellEnd): Promise<void> {
  return scope.transaction(async (tx) => {
    const bisect = await bisectRepository.lock(tx, bisectId);
    if (!bisect || !isActive(bisect)) return;
    // A run that is under way will have it go on.
    if (planOf(bisect, await bisectRepository.steps(tx, bisectId)).kind === 'wait') return;
    await end(tx, bisect, { status: 'failed', answer: null, failure }, tell);
  });
}

async function read(tx: ProjectTx, id: string): Promise<Seen | undefined> {
  const bisect = await bisectRepository.find(tx, id);
  if (!bisect) return undefined;
  return {
    bisect,
    steps: await bisectRepository.steps(tx, id),
    paidUsd: await bisectRepository.paidUsd(tx, id),
  };
}

type Wanted = Extract<Plan, { kind: 'start' }>['steps'];

async function start(scope: RunScope, seen: Seen, wanted: Wanted, dependencies: Dependencies): Promise<void> {
  const { bisect, steps } = seen;
  const limitUsd = bisect.request.budgetUsd;
  const reservedUsd = steps.reduce((sum, { verdict, budgetUsd }) => sum + (verdict === null ? (budgetUsd ?? 0) : 0), 0);
  const budgetUsd = limitUsd === undefined ? undefined : (limitUsd - seen.paidUsd - reservedUsd) / wanted.length;
  let prepared: PreparedRun[];
  try {
    if (budgetUsd !== undefined && budgetUsd < leastUsd) throw new OutOfMoney();
    prepared = [];
    for (const { phase, candidate } of wanted) {
      const request = stepRequest(bisect, bisect.candidates[candidate]!, phase, budgetUsd);
      const run = await dependencies.prepare(scope, request);
      if (budgetUsd !== undefined && (run.estimatedCostUsd ?? 0) > budgetUsd) throw new OutOfMoney();
      prepared.push(run);
    }
  } catch (error) {
    const plan = planAfter(error, seen);
    if (plan.kind === 'wait') return;
    return await scope.transaction(async (tx) => {
      const now = await unchanged(tx, seen);
      if (now) await carryOut(tx, now, plan, dependencies);
    });
  }

  await scope.transaction(async (tx) => {
    const now = await unchanged(tx, seen);
    if (!now) return;
    for (const [place, { phase, candidate }] of wanted.entries()) {
      const cause = { purpose: 'bisect', startedBy: now.startedBy, parentId: now.id } as const;
      const runId = await prepared[place]!.insert(tx, cause);
      const number = steps.length + 1 + place;
      await bisectRepository.insertStep(tx, now.id, { number, phase, candidate, runId, budgetUsd: budgetUsd ?? null });
    }
    const status = wanted[0]!.phase === 'search' ? 'searching' : 'seeding';
    await bisectRepository.update(tx, now.id, { status });
  });
}

class OutOfMoney extends Error {}

/** Less than any answer costs: what sums of prices leave over by their rounding. */
const leastUsd = 1e-9;

/** What cannot be mended by waiting ends the bisect; anything else rises, and the queue tries again. */
function planAfter(error: unknown, { bisect, steps, paidUsd }: Seen): Plan {
  if (error instanceof OutOfMoney) {
    const { budgetUsd } = bisect.request;
    return planWithoutMoney(
      bisect,
      steps,
      `the budget of $${budgetUsd} does not reach for the next run ($${Number(paidUsd.toPrecision(6))} spent)`,
    );
  }
  if (error instanceof WhetstoneError && lasting.has(error.code)) return { kind: 'fail', failure: error.message };
  throw error;
}

const lasting = new Set<string>(['invalid', 'not_found', 'conflict', 'forbidden']);

/** The bisect, locked, if it is still what was looked at. */
async function unchanged(tx: ProjectTx, { bisect, steps }: Seen): Promise<BisectRow | undefined> {
  const now = await bisectRepository.lock(tx, bisect.id);
  if (!now || !isActive(now) || now.updatedAt.getTime() !== bisect.updatedAt.getTime()) return undefined;
  const same = await bisectRepository.steps(tx, bisect.id);
  const isSame = same.length === steps.length && same.every(({ verdict }, place) => verdict === steps[place]!.verdict);
  return isSame ? now : undefined;
}

async function carryOut(tx: ProjectTx, bisect: BisectRow, plan: Plan, { tell, send }: Dependencies): Promise<void> {
  switch (plan.kind) {
    case 'choose': {
      const outcomes = await runRepository.outcomes(tx, [plan.good, plan.bad]);
      const run = await runRepository.find(tx, plan.good);
      const dataset = run && (await runRepository.dataset(tx, run.datasetId));
      const places = tellingProblems(outcomes.get(plan.good) ?? [], outcomes.get(plan.bad) ?? []);
      const problems = places.map((place) => dataset!.problemIds[place]!);
      if (problems.length > 0) {
        await bisectRepository.update(tx, bisect.id, { problems });
        return await send(tx, bisect.id);
      }
      const sentence =
        'No difference: no problem passed each time at the good end and never at the bad end. Name the problems if you know which they are.';
      const answer = { kind: 'none' as const, from: null, to: null, confidence: null, sentence };
      return await end(tx, bisect, { status: 'no_difference', answer, failure: null }, tell);
    }
    case 'end':
      return await end(tx, bisect, { status: plan.status, answer: plan.answer, failure: plan.failure ?? null }, tell);
    case 'fail':
      return await end(tx, bisect, { status: 'failed', answer: null, failure: plan.failure }, tell);
    default:
  }
}

async function end(
  tx: ProjectTx,
  bisect: BisectRow,
  ending: Pick<BisectRow, 'status' | 'answer' | 'failure'>,
  tell: TellEnd,
): Promise<void> {
  await bisectRepository.update(tx, bisect.id, ending);
  const { dataset, over, regressionId } = { ...bisect.request, regressionId: bisect.regressionId };
  await tell(tx, 'bisect.ended', { bisectId: bisect.id, dataset, over: over.kind, regressionId, ...ending });
}
