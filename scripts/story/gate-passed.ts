import { dataset } from './constructed.ts';
import { interval, points } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Power first, then the same tasks with and without the rule, each answer graded in a sandbox. */
export async function gatePassed({ admin, model }: World, { version }: { version: string }) {
  const { plan, id } = await admin.releaseGuidance({
    version,
    dataset,
    model: 'stand-in',
    effectPoints: 50,
    rolloutPercentage: 10,
  });
  const decided = await until('the gate', async () => {
    const found = await admin.getGuidanceVersion({ version });
    return found.gate!.decision === 'pending' ? undefined : found;
  });
  const gate = decided.gate!;
  if (gate.decision !== 'accepted') throw new Error(`the gate said ${gate.decision}: ${gate.reason}`);
  const told = model.calls.filter(({ request }) =>
    request.messages.some(({ content }) => content.includes('Never take a list')),
  );
  return {
    gate,
    status: decided.status,
    toldCalls: told.length,
    facts: [
      `plan: ${plan.tasksNeeded} tasks find ${plan.effectPoints} points with a power of ${plan.power}; ${plan.tasks} there are, ${plan.samplesPerProblem} sample each`,
      `gate ${id}: ${gate.decision} by ${gate.path}: ${gate.wins} tasks won, ${gate.losses} lost`,
      `${points(gate.differencePoints!)} points, 95 % interval ${interval(gate.differenceInterval!)}, p = ${gate.pAdjusted!.toPrecision(2)}, at ${gate.costRatio!.toFixed(2)} times the cost`,
      `the rule stood in ${told.length} of ${model.calls.length} prompts that reached the model`,
    ],
    seenAt: [`/feedback/guidance/${version}`, `/runs/compare?a=${gate.runs.without}&b=${gate.runs.with}`],
  };
}
