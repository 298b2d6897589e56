import type { FlagAnswer, FlagContext } from './flag-answer.ts';

/** What a program can ask of Whetstone. */
export interface Whetstone {
  /**
   * Is the flag on for this context? A flag whose values are not boolean is on when its value is truthy and not the off
   * variant. Never throws because the cloud is away: it answers last-known-good, then `defaultValue`, the defaults file's
   * value, or `false`.
   */
  evaluateFlag(key: string, context?: FlagContext, defaultValue?: boolean): Promise<boolean>;
  /** The value with its reason, source and age. A served value of another JSON type than `defaultValue` is `TYPE_MISMATCH`. */
  evaluateFlagDetails(key: string, context?: FlagContext, defaultValue?: unknown): Promise<FlagAnswer>;
  /** Ends requests under way; resolves when the state directory is at rest. */
  close(): Promise<void>;
}
