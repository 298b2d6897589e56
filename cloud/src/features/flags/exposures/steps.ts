import { dayMs } from '../../../platform/day.ts';

export const stepsMs = { hour: 3_600_000, day: dayMs, week: 7 * dayMs } as const;
export type Step = keyof typeof stepsMs;

/** The epoch was a Thursday; weeks begin on Monday, as the database's do. */
const firstMondayMs = 4 * dayMs;

/** The beginning (UTC) of the hour, day or week of a moment. */
export function floorTo(step: Step, ms: number): number {
  const anchorMs = step === 'week' ? firstMondayMs : 0;
  return anchorMs + Math.floor((ms - anchorMs) / stepsMs[step]) * stepsMs[step];
}
