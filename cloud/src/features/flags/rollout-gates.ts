import type { FlagDefinition } from '@whetstone/shared/contract';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../platform/queue/job.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { systemActor } from './history/record-change.ts';
import { flagRepository } from './repository.ts';
import { paused, stepsTaken } from './rollout-plan.ts';
import type { flagWriter } from './write-flag.ts';
import { closedGate, withPassedGate } from './gates/closed-gate.ts';
import { openingReason, type GateRun } from './gates/verdict.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  apply: ReturnType<typeof flagWriter>['apply'];
  /** The newest run that measured one of these variants of the flag, of those that ended after a time. */
  gateRun: (
    tx: ProjectTx,
    wish: { flagKey: string; variants: string[]; dataset: string; subjectId: string | undefined; since: Date },
  ) => Promise<GateRun | undefined>;
}

export interface FlagGates {
  jobs: JobDefinition[];
  /** Something happened that may open a flag's gate: looks when the transaction commits. */
  ask: (tx: ProjectTx, key: string) => Promise<void>;
  /** Asks for a flag that was just written, now and at the time of the step, if it has a gate that is closed. */
  written: (tx: ProjectTx, flag: FlagDefinition) => Promise<void>;
  /** Pauses the plan of a flag that has gates, for a regression of what it carries. */
  hold: (tx: ProjectTx, hold: { key: string; variant: string; regressionId: string }) => Promise<void>;
}

const Hold = z.object({ key: z.string(), variant: z.string(), regressionId: z.uuid() });
const actor = systemActor('eval gate');
const aMoment = { retries: { limit: 8, delayS: 2, backoff: 'exponential' }, expireInMs: 60_000 } as const;

/** Eval gates of rollout plans: the server alone opens them, each by a version of the flag, so that every client learns of it. */
export function flagGates({ database, queue, apply, gateRun }: Dependencies): FlagGates {
  const gate = defineJob({
    name: 'flags.gate',
    input: z.object({ key: z.string() }),
    ...aMoment,
    run: ({ key }, { projectId }) => database.asProject(known(projectId), (tx) => openGate(tx, key)),
  });
  const hold = defineJob({
    name: 'flags.hold',
    input: Hold,
    ...aMoment,
    run: (input, { projectId }) => database.asProject(known(projectId), (tx) => pausePlan(tx, input)),
  });

  async function openGate(tx: ProjectTx, key: string): Promise<void> {
    await flagRepository.lockProject(tx);
    const before = await flagRepository.find(tx, key);
    const closed = before && closedGate(flagView(before));
    if (!closed || closed.since.getTime() > tx.now.getTime()) return;
    const { dataset, subjectId } = closed.gate;
    const wish = { flagKey: key, variants: closed.variants, dataset, subjectId, since: closed.since };
    const run = await gateRun(tx, wish);
    const reason = run && openingReason(closed.gate, run);
    if (!run || reason === undefined) return;
    const definition = withPassedGate(definitionOf(flagView(before)), closed, { runId: run.runId, now: tx.now });
    await apply(tx, { kind: 'change', action: 'updated', before, definition }, actor, `gate passed by ${reason}`);
  }

  async function pausePlan(tx: ProjectTx, { key, variant, regressionId }: z.infer<typeof Hold>): Promise<void> {
    await flagRepository.lockProject(tx);
    const before = await flagRepository.find(tx, key);
    if (!before || before.archivedAt) return;
    const definition = definitionOf(flagView(before));
    const { rollout } = definition;
    if (!rollout?.steps.some((step) => step.gate) || rollout.pausedAt !== undefined) return;
    if (stepsTaken(rollout, tx.now.getTime()) === rollout.steps.length) return;
    const held = paused({ ...definition, rollout }, tx.now);
    const reason = `paused: what "${variant}" carries got worse, regression ${regressionId}`;
    await apply(tx, { kind: 'change', action: 'updated', before, definition: held }, actor, reason);
  }

  const ask = async (tx: ProjectTx, key: string) =>
    void (await queue.send(gate, { key }, { projectId: tx.projectId, tx }));

  return {
    jobs: [gate, hold] as JobDefinition[],
    ask,

    async written(tx, { key, rollout }) {
      const step = rollout?.steps.find((each) => each.gate && each.gate.passedAt === undefined);
      if (!step || rollout?.pausedAt !== undefined) return;
      await ask(tx, key);
      const startAfter = new Date(step.at);
      if (startAfter <= tx.now) return;
      const onceKey = `gate ${key} ${step.at}`;
      await queue.send(gate, { key }, { projectId: tx.projectId, tx, startAfter, onceKey });
    },

    // Once for a regression: a person who has gone on in spite of it is not held again.
    hold: async (tx, { key, variant, regressionId }) => {
      const input = { key, variant, regressionId };
      const options = { projectId: tx.projectId, tx, onceKey: `hold ${regressionId}` };
      await queue.send(hold, input, options);
    },
  };
}

function known(projectId: string | undefined): string {
  if (projectId === undefined) throw new Error('a flag belongs to a project');
  return projectId;
}
