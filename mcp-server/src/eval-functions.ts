import { evalRunBody } from './offline/eval-run-body.ts';
import type { Recording } from './offline/open-recording.ts';
import type { EvalFunctions } from './whetstone.ts';

interface Dependencies {
  recording: Pick<Recording, 'record'>;
  nowMs: () => number;
  namesPeople: boolean;
}

/** The functions of the client library that tell what came of real work. */
export const evalFunctions = ({ recording, nowMs, namesPeople }: Dependencies): EvalFunctions => ({
  async submitEvalRun(report) {
    const made = evalRunBody(report, { nowMs: nowMs(), namesPeople });
    if ('problem' in made) return { accepted: false, reason: made.problem };
    return recording.record({ operation: 'submitEvalRun', body: made.body });
  },
});
