/** What a project may start and spend. */
export interface RunLimits {
  /** Of each agent's key. */
  runsPerHour: number;
  /** Of all runs of a day (UTC) together; null for no limit. */
  dailyBudgetUsd: number | null;
}
