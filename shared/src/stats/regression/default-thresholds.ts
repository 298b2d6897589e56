import type { AlertSettings } from './judge.ts';
import type { SuspicionSettings } from './suspicion.ts';

/** What a project has that says nothing else. How often they cry wolf and what they miss is simulated in `bench/evals`. */
export const defaultThresholds: SuspicionSettings & AlertSettings = {
  suspicionPoints: 2,
  suspicionP: 0.05,
  alertPoints: 5,
  alertP: 0.05,
  criticalPoints: 10,
  criticalP: 0.01,
  maxInfrastructureErrorRate: 0.02,
};
