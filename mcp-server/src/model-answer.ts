/**
 * The public types of recommendations and outcomes, written out so that a consumer needs no other package to check them. The
 * recommender's own types (@whetstone/shared/contract) fit into these; models/recommend.ts would not compile otherwise.
 */
import type { Source } from './flag-answer.ts';

/** How an attempt is checked before its answer is taken: not at all, by the tests at hand, by a review. */
export type Verify = 'none' | 'tests' | 'review';

/** What is known of a task before anybody worked on it. */
export interface ModelRequest {
  /** Kind of task, e.g. `refactor`. */
  taskType?: string | undefined;
  /** Programming language. */
  language?: string | undefined;
  /** e.g. `low`, `medium`, `high`. */
  complexity?: string | undefined;
  repoId?: string | undefined;
  /** Lines of code. */
  repoSize?: number | undefined;
  /** What the model has to hold. */
  contextTokens?: number | undefined;
  /** US dollars an attempt may cost: a cap on what nine of ten attempts cost. */
  maxCost?: number | undefined;
  /** A cap on what nine of ten attempts take. */
  maxTimeMs?: number | undefined;
  /** How an attempt will be checked; with a check the answer may be a plan. */
  verify?: Verify | undefined;
  taskId?: string | undefined;
  userId?: string | undefined;
}

export interface ModelPlanStep {
  model: string;
  /** `first`, or what has to have failed before. */
  when: string;
  /** Chance that the step solves the task, given that it is taken; null: not known. */
  expectedSuccess: number | null;
  /** US dollars of the step, given that it is taken; null: not known. */
  expectedCostUsd: number | null;
}

export interface ModelAlternative {
  model: string;
  estimatedSuccessRate: number;
  /** 90 %. */
  interval: readonly number[];
  /** Attempts at tasks like this. */
  n: number;
  estimatedCost: number | null;
  estimatedTimeMs: number | null;
  /** Within the margin of the best: not told apart from it. */
  tied: boolean;
  whyNot: string;
}

export interface ModelEvidence {
  /** The narrowest with counts. */
  level: 'none' | 'evals' | 'pool' | 'global' | 'type' | 'complexity' | 'repo';
  solved: number;
  n: number;
  /** How much of the estimate comes from wider cells, pools and priors; 0 to 1. */
  pooledShare: number;
  /** How many of the next ten such tasks, with 90 %. */
  next10: readonly number[];
}

/** How an answer came to be; not there for one that nobody computed. */
export interface ModelReceipt {
  recommendationId: string;
  /** Chance that no other allowed model is better by more than the margin. */
  confidence: number;
  /** US dollars: of an attempt, or of the whole plan; null: not known. */
  estimatedCost: number | null;
  estimatedTimeMs: number | null;
  costPerSolvedUsd: number | null;
  /** Of the answer as a whole: of the plan where there is one. */
  estimatedSuccessRate: number | null;
  /** 90 % interval of the long-run rate of the model. */
  interval: readonly number[] | null;
  /** Attempts of the model at tasks like this. */
  n: number;
  evidence: ModelEvidence | null;
  planOdds: {
    success: number;
    costUsd: number;
    attempts: number;
    falseAccept: number;
    falseReject: number;
  } | null;
  /** Not told apart from the best, cheapest first. */
  tieSet: string[];
  margin: number;
  runnerUp: string | null;
  alternatives: ModelAlternative[];
  /** What would have been used without a recommendation. */
  incumbent: { model: string; estimatedCost: number | null; estimatedSuccessRate: number | null } | null;
  /** 1 - estimated cost / that of the incumbent. */
  savingShare: number | null;
  /** What took which models out. */
  filters: { filter: string; removed: string[]; why: string }[];
  pinned: boolean;
  /** Chosen to learn, within the budget for that; never without the cloud. */
  explored: boolean;
  /** The chance with which this model was chosen. */
  propensity: number;
  /** e.g. to split the task, when no model is likely to solve it. */
  advice: string | null;
  /** At which price the answer would be another one. */
  priceWhatIf: string | null;
  /** Which method made the estimates, and why that one. */
  method: string;
  tableVersion: string;
  /** Of the newest outcome that counts. */
  dataAt: string | null;
}

/** What every answer has. */
export interface ModelChoice {
  reason: string;
  /** The models to ask one after the other, each when the check has refused the one before. */
  plan: ModelPlanStep[];
  /** `cache`: by the last known table of the project. `default`: by the defaults file, or by nothing. */
  source: Source;
  /** Since the table was last confirmed to be current; absent for `default`. */
  ageMs?: number | undefined;
  /** What is wrong and what to do about it; there whenever `source` is not `cloud`. */
  degradedReason?: string | undefined;
}

export interface ModelAnswer extends ModelChoice, Partial<ModelReceipt> {
  /** Empty when there is none to name, as `reason` says: put a model of your own behind it, `model || 'mine'`. */
  model: string;
}

export type OutcomeKind = 'solved' | 'failed' | 'provider_error' | 'aborted' | 'unknown';

/** What became of one attempt at a task. */
export interface OutcomeReport {
  /** Joins the attempts at one task, and the exposures of it. */
  taskId?: string | undefined;
  /** 1 for the first. With `taskId` it names the record: told again it counts once. */
  attempt?: number | undefined;
  /** Kind of task, e.g. `refactor`. */
  taskType: string;
  /** Model id. */
  model: string;
  /** `provider_error`, `aborted` and `unknown` say nothing of the model. Name this or `success`. */
  outcome?: OutcomeKind | undefined;
  /** Short for solved or failed. */
  success?: boolean | undefined;
  /** In US dollars; without it the tokens and the known prices say what it was. */
  costUsd?: number | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  cacheTokens?: number | undefined;
  timeMs: number;
  language?: string | undefined;
  complexity?: string | undefined;
  repoId?: string | undefined;
  /** Lines of code. */
  repoSize?: number | undefined;
  taskText?: string | undefined;
  userId?: string | undefined;
  /** Of the recommendation that was followed. */
  recommendationId?: string | undefined;
  /** Tests or a person confirmed the outcome. */
  verified?: boolean | undefined;
  /** Flag key -> variant that was served. */
  flags?: Readonly<Record<string, string>> | undefined;
  guidanceVersion?: string | undefined;
  /** Further figures by name. */
  metrics?: Readonly<Record<string, number>> | undefined;
  /** ISO-8601; when it ended. Default: now. */
  at?: string | undefined;
  /** Replaces what was told of this task and attempt. */
  corrects?: true | undefined;
}
