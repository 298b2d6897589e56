import type { EvalSettings } from '@whetstone/shared/contract';
import { defaultThresholds } from '@whetstone/shared/stats';

/** What holds in a project that never said otherwise. */
export const defaultSettings: EvalSettings = {
  ...defaultThresholds,
  rerunSamples: 2,
  rerunBudgetUsd: 5,
  rollback: 'on',
  agentRuns: 'told',
  runsPerHour: 60,
  dailyBudgetUsd: null,
  keepDays: 90,
};
