/** What the parent asks of an engine's process. */
export interface Task {
  kind: 'ask' | 'load' | 'change';
  times: number;
  /** Asks about the first of the flags alone, so many: as an agent does, whose code names a few dozen. */
  among?: number;
}

export interface TaskResult {
  /** CPU time of the whole process per time, its garbage collection and compiler threads included. */
  cpuUs: number;
  /** The share of the answers that were "on". */
  share: number | undefined;
}
