import { posteriorOf } from '@whetstone/evals';
import type { OnRunEnded } from '../runs/ended-run.ts';
import { isActive } from './bisect-row.ts';
import { seenOf } from './plan.ts';
import { bisectRepository } from './repository.ts';
import { verdictOf } from './step-verdict.ts';
import type { SendBisect } from './advance.ts';

/**
 * Writes down what the run of a step has shown, once: a run that somebody goes on with afterwards ends again, and a verdict
 * that decisions were built on does not change under them.
 */
export const endStep =
  (send: SendBisect): OnRunEnded =>
  async (tx, run) => {
    if (run.purpose !== 'bisect' || run.parentId === undefined) return;
    const bisect = await bisectRepository.lock(tx, run.parentId);
    if (!bisect) return;
    const steps = await bisectRepository.steps(tx, bisect.id);
    const step = steps.find(({ runId }) => runId === run.id);
    if (!step || step.verdict !== null) return;
    const verdict = verdictOf(step.phase, run);
    const isSeen = verdict === 'passed' || verdict === 'failed';
    const now = steps.map((other) => (other === step ? { ...other, verdict } : other));
    const posterior = isSeen ? posteriorOf(seenOf(bisect.candidates.length, now)).chances.map(rounded) : null;
    await bisectRepository.endStep(tx, bisect.id, step.number, { verdict, posterior });
    await bisectRepository.update(tx, bisect.id, {});
    if (isActive(bisect)) await send(tx, bisect.id);
  };

/** For people and their pictures; decisions are made from the verdicts. */
const rounded = (chance: number) => Math.round(chance * 1e6) / 1e6;
