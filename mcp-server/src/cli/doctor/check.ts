export type Verdict = 'ok' | 'warn' | 'fail';

/** What a look at one thing found. */
export interface Finding {
  verdict: Verdict;
  /** What was measured. */
  value?: string | undefined;
  /** Why that is well or not. */
  detail?: string | undefined;
  /** What to do; there whenever the verdict is not `ok`. */
  fix?: string | undefined;
}

/** A finding as `doctor --json` prints it. The ids are stable. */
export interface Check extends Finding {
  id: string;
  title: string;
}

/** One thing to look at. Probes run at the same time; what several of them need is asked for once, by a shared promise. */
export interface Probe {
  id: string;
  title: string;
  look(): Finding | Promise<Finding>;
}

/** Probes that people read together. */
export interface Chapter {
  title: string;
  probes: Probe[];
}
