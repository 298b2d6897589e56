/** One outcome of real agent work, as a program tells it. */
export interface EvalRunReport {
  /** Model id. */
  model: string;
  /** What was to be done, by a name that stays the same over time. */
  problem: string;
  passed: boolean;
  /** In US dollars; `cost` for short. What is no number, as where no price is known, is left out. */
  costUsd?: number | undefined;
  cost?: number | undefined;
  timeMs?: number | undefined;
  /** What was written: any JSON. Secrets in it are taken out before it reaches the disk. */
  code?: unknown;
  /** Joins the exposures of the task. */
  taskId?: string | undefined;
  taskType?: string | undefined;
  /** Programming language. */
  language?: string | undefined;
  /** e.g. `low`, `medium`, `high`. */
  complexity?: string | undefined;
  commit?: string | undefined;
  userId?: string | undefined;
  repoId?: string | undefined;
  /** Flag key -> variant that was served. */
  flags?: Readonly<Record<string, string>> | undefined;
  guidanceVersion?: string | undefined;
  /** Of the recommendation that was followed. */
  recommendationId?: string | undefined;
}

/** Accepted: it is on disk, and reaches the cloud once, however long that is away. Else the reason says what to do. */
export type Told = { accepted: true; id: string } | { accepted: false; reason: string };
