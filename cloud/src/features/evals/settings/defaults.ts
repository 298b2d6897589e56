import type { EvalSettings } from '@whetstone/shared/contract';

/** What holds in a project that never said otherwise; what the thresholds come to is simulated in bench. */
export const defaultSettings: EvalSettings = {
  suspicionPoints: 2,
  suspicionP: 0.05,
  alertPoints: 5,
  alertP: 0.05,
  criticalPoints: 10,
  criticalP: 0.01,
  maxInfrastructureErrorRate: 0.02,
  rerunSamples: 2,
  rerunBudgetUsd: 5,
  rollback: 'on',
  agentRuns: 'told',
  runsPerHour: 60,
  dailyBudgetUsd: null,
  keepDays: 90,
};
