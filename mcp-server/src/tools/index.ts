import { captureFeedback } from './capture-feedback.ts';
import { evaluateFlag } from './evaluate-flag.ts';
import { getEvalRun } from './get-eval-run.ts';
import { getExamples } from './get-examples.ts';
import { getGuidance } from './get-guidance.ts';
import { getLeaderboard } from './get-leaderboard.ts';
import { readDoc } from './read-doc.ts';
import { recommendModel } from './recommend-model.ts';
import { recordOutcome } from './record-outcome.ts';
import { runEval } from './run-eval.ts';
import { searchDocs } from './search-docs.ts';
import type { Tool } from './tool.ts';
import { verifyCitations } from './verify-citations.ts';
import { whetstoneStatus } from './whetstone-status.ts';

/** Every tool, in the order clients list them. */
export const tools: readonly Tool[] = [
  evaluateFlag,
  recommendModel,
  recordOutcome,
  searchDocs,
  readDoc,
  verifyCitations,
  captureFeedback,
  getExamples,
  getGuidance,
  getLeaderboard,
  runEval,
  getEvalRun,
  whetstoneStatus,
];
