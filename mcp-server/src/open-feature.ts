/**
 * What OpenFeature's SDK for servers asks of a provider, written out so that a consumer needs no other package to check it.
 * A test holds it against the SDK's own types.
 */

/** OpenFeature's evaluation context: `targetingKey` and first-class attributes by their names, any other as an attribute. */
export type OpenFeatureContext = Readonly<Record<string, unknown>>;

export interface Resolution<T> {
  value: T;
  variant?: string;
  /** What the rules say, as everywhere; that rules are old is said by `source` in the metadata. */
  reason: string;
  errorMessage?: string;
  /** `source`, `ageMs` and `degradedReason` as in a `FlagAnswer`; `flagVersion`, `ruleId`, `bucket`, `rolloutPercentage`. */
  flagMetadata: Record<string, string | number | boolean>;
}

interface Told {
  /** What is wrong and what to do about it. */
  readonly message?: string;
  /** Keys of flags that came, went or changed. */
  readonly flagsChanged?: string[];
}

/** Open to more, as the SDK's own is. */
export type ProviderEventDetails = Told & { readonly providerName: string } & Record<string, unknown>;

type EventHandler = (details?: ProviderEventDetails) => unknown;

export interface ProviderEvents {
  emit(event: string, details?: Told): void;
  addHandler(event: string, handler: EventHandler): void;
  removeHandler(event: string, handler: EventHandler): void;
  removeAllHandlers(event?: string): void;
  getHandlers(event: string): EventHandler[];
  setLogger(logger: unknown): ProviderEvents;
}

/** Give it to `OpenFeature.setProvider` of `@openfeature/server-sdk`. */
export interface OpenFeatureProvider {
  readonly metadata: { readonly name: string };
  readonly runsOn: 'server';
  /**
   * Beside what the SDK says itself: `PROVIDER_STALE` when answers are last-known-good, `PROVIDER_READY` when they are
   * current again, `PROVIDER_CONFIGURATION_CHANGED` with the keys of changed flags.
   */
  readonly events: ProviderEvents;
  /** Waits for the rules, at most 2 s; rejects when none are known, not even from disk. They may still come. */
  initialize(): Promise<void>;
  /** Ends the events; the Whetstone instance stays open, since it is the caller's. */
  onClose(): Promise<void>;
  resolveBooleanEvaluation(
    key: string,
    defaultValue: boolean,
    context: OpenFeatureContext,
  ): Promise<Resolution<boolean>>;
  resolveStringEvaluation(key: string, defaultValue: string, context: OpenFeatureContext): Promise<Resolution<string>>;
  resolveNumberEvaluation(key: string, defaultValue: number, context: OpenFeatureContext): Promise<Resolution<number>>;
  resolveObjectEvaluation<T>(key: string, defaultValue: T, context: OpenFeatureContext): Promise<Resolution<T>>;
}
