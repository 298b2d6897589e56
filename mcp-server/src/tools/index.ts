import { evaluateFlag } from './evaluate-flag.ts';
import { getEvalRun } from './get-eval-run.ts';
import { getLeaderboard } from './get-leaderboard.ts';
import { recommendModel } from './recommend-model.ts';
import { recordOutcome } from './record-outcome.ts';
import { runEval } from './run-eval.ts';
import type { Tool } from './tool.ts';
import { whetstoneStatus } from './whetstone-status.ts';

/** Every tool, in the order clients list them. */
export const tools: readonly Tool[] = [
  evaluateFlag,
  recommendModel,
  recordOutcome,
  getLeaderboard,
  runEval,
  getEvalRun,
  whetstoneStatus,
];
