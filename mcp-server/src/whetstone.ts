import type { DocPassages, DocsRequest, VerifyAnswer, VerifyRequest } from './docs-answer.ts';
import type { EvalRunReport, Told } from './eval-run-report.ts';
import type { ModelAnswer, ModelRequest, OutcomeReport } from './model-answer.ts';
import type {
  ExamplesRequest,
  FeedbackExamples,
  FeedbackReport,
  Guidance,
  GuidanceRequest,
} from './feedback-answer.ts';
import type { FlagAnswer, FlagContext, Source } from './flag-answer.ts';

/** What a program can ask of Whetstone, and tell it. */
export interface Whetstone extends FlagFunctions, EvalFunctions, ModelFunctions, DocsFunctions, FeedbackFunctions {}

export interface EvalFunctions {
  /**
   * Tells one outcome of real work. Resolves when it lies on disk, without waiting for the cloud: it is sent behind the
   * program, by a later one if need be, and counts once. Never throws because the cloud is away.
   */
  submitEvalRun(report: EvalRunReport): Promise<Told>;
}

export interface DocsFunctions {
  /**
   * Passages of documentation, of the version that the lockfile of the working directory names where none is. In a template the
   * list prints as text for a prompt. Never throws because the cloud is away: it answers from the copies on this machine, then
   * with an empty list; `answer` says which. A request that cannot be meant is a RangeError.
   */
  searchKnowledge(request: DocsRequest, options?: CallOptions): Promise<DocPassages>;
  /** Whether documentation says what is quoted of it. A request that cannot be meant is a RangeError. */
  verifyCitations(request: VerifyRequest, options?: CallOptions): Promise<VerifyAnswer>;
}

export interface FeedbackFunctions {
  /**
   * Tells what a person made of what an agent wrote. Resolves when it lies on disk without secrets, without waiting for the
   * cloud: it is sent behind the program, by a later one if need be, and counts once. What cannot be right is not accepted, and
   * the reason names the member.
   */
  captureFeedback(correction: FeedbackReport): Promise<Told>;
  /**
   * Corrections of earlier work as examples for a prompt, which the list prints as in a template. Never throws because the cloud is
   * away: it answers by those it gave before, then with an empty list. A request that cannot be meant is a RangeError.
   */
  getFeedbackExamples(request?: ExamplesRequest, options?: CallOptions): Promise<FeedbackExamples>;
  /**
   * The rules that earlier corrections taught, as they are served to this user now; in a template it prints as their text. Answered
   * on this machine by the last known rules of flags, and never throws because the cloud is away.
   */
  getGuidance(request?: GuidanceRequest, options?: CallOptions): Promise<Guidance>;
}

export interface ModelFunctions {
  /**
   * The right model for a task, with its reason, and a plan for when it fails. Never throws because the cloud is away: it
   * answers by the last known table of the project, then by `defaultModel` or the defaults file. A request that cannot be
   * meant, such as a `maxCost` of NaN, is a RangeError that names the member: an answer without the cap would break it.
   */
  recommendModel(request?: ModelRequest, options?: CallOptions): Promise<ModelAnswer>;
  /**
   * Tells what became of one attempt at a task. Resolves when it lies on disk, without waiting for the cloud: it is sent
   * behind the program, by a later one if need be, and counts once. What cannot be right is not accepted, and the reason
   * names the member.
   */
  recordOutcome(outcome: OutcomeReport): Promise<Told>;
}

export interface FlagFunctions {
  /**
   * Is the flag on for this context? A flag whose values are not boolean is on when its value is truthy and not the off
   * variant. Never throws because the cloud is away: it answers last-known-good, then `defaultValue`, the defaults file's
   * value, or `false`.
   */
  evaluateFlag(key: string, context?: FlagContext, defaultValue?: boolean, options?: CallOptions): Promise<boolean>;
  /** The value with its reason, source and age. A served value of another JSON type than `defaultValue` is `TYPE_MISMATCH`. */
  evaluateFlagDetails(
    key: string,
    context?: FlagContext,
    defaultValue?: unknown,
    options?: CallOptions,
  ): Promise<FlagAnswer>;
  /** Asks the server, for at most 2 s, and says how things are. Never throws because it is away. */
  status(options?: CallOptions): Promise<WhetstoneStatus>;
  /** Has changes told of as they come, a burst of them as one; answers how to stop it. */
  onChange(tell: (change: FlagsChange) => void): () => void;
  /** Ends requests under way; resolves when the state directory is at rest. */
  close(): Promise<void>;
}

export interface FlagsChange {
  /** Of flags that came, went or changed; none when it is only that the cloud went or came back. */
  keys: readonly string[];
}

export interface CallOptions {
  /** Aborted, the call waits no longer and answers from what is known by then. */
  signal?: Cancellation | undefined;
}

/** An `AbortSignal`, told by what it has: its own type is only there for those who have the types of Node or the DOM. */
export interface Cancellation {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

export interface WhetstoneStatus {
  /** Whether there are rules to answer by, however old; until then every answer is its default, `PROVIDER_NOT_READY`. */
  ready: boolean;
  source: Source;
  /** Since the rules were last confirmed to be current; absent when not ready. */
  ageMs?: number | undefined;
  /** What is wrong and what to do about it; there whenever `source` is not `cloud`. */
  degradedReason?: string | undefined;
  /** Of the rules. */
  revision?: number | undefined;
  /** What else is wrong on this machine, such as a state directory that cannot be written. */
  problems: string[];
}
