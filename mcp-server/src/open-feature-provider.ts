import { contextFromOpenFeature, flagMetadataOf } from '@whetstone/shared/flags';
import type { FlagAnswer } from './flag-answer.ts';
import type { OpenFeatureContext, OpenFeatureProvider, Resolution } from './open-feature.ts';
import { providerEvents } from './provider-events.ts';
import type { Whetstone } from './whetstone.ts';

const name = 'Whetstone';

/** What a provider needs of an instance. */
export type ProviderSource = Pick<Whetstone, 'evaluateFlagDetails' | 'status' | 'onChange'>;

/** Evaluates on this machine, by the rules of the instance; whether it is current, it says by events and metadata. */
export function openFeatureProviderOver(whetstone: () => ProviderSource): OpenFeatureProvider {
  const events = providerEvents(name);
  let health: 'ready' | 'stale' | 'unready' | undefined;
  let stop = () => {};

  /** Tells of what became of the connection, if that is not as it was told. */
  async function look() {
    const { ready, source, degradedReason: message } = await whetstone().status();
    const now = !ready ? 'unready' : source === 'cloud' ? 'ready' : 'stale';
    if (now === health) return;
    health = now;
    // Rules that were there do not go away: a provider is never unready again.
    if (now === 'ready') events.emit('PROVIDER_READY');
    if (now === 'stale') events.emit('PROVIDER_STALE', message === undefined ? {} : { message });
  }

  /** A value of another type than `wanted` is a mismatch, which is no exposure. */
  async function resolve<T>(
    key: string,
    defaultValue: T,
    context: OpenFeatureContext,
    wanted: T | null = defaultValue,
  ) {
    const answer = await whetstone().evaluateFlagDetails(key, contextFromOpenFeature(context), wanted);
    const flagMetadata = metadataOf(answer);
    const { value, variant, reason, errorCode } = answer;
    if (errorCode !== undefined) {
      return failed(defaultValue, errorCode, answer.degradedReason ?? sentenceOf(key, errorCode), flagMetadata);
    }
    if (wanted === null && !isStructure(value)) {
      return failed(defaultValue, 'TYPE_MISMATCH', `"${key}" serves no object.`, flagMetadata);
    }
    const resolution: Resolution<T> = { value: value as T, reason, flagMetadata };
    return variant === undefined ? resolution : { ...resolution, variant };
  }

  return {
    metadata: { name },
    runsOn: 'server',
    events,

    async initialize() {
      const { ready, degradedReason } = await whetstone().status();
      stop();
      // From now on: what loading has brought is no change.
      stop = whetstone().onChange(({ keys }) => {
        if (keys.length > 0) events.emit('PROVIDER_CONFIGURATION_CHANGED', { flagsChanged: [...keys] });
        void look();
      });
      // The SDK says by itself what becomes of this: ready, or in error until the first rules are there.
      health = ready ? 'ready' : 'unready';
      if (!ready) throw new Error(degradedReason);
      // Not before the SDK has said so: what is told first would be overruled by it.
      setTimeout(() => void look(), 0);
    },

    async onClose() {
      stop();
    },

    resolveBooleanEvaluation: (key, defaultValue, context) => resolve(key, defaultValue, context),
    resolveStringEvaluation: (key, defaultValue, context) => resolve(key, defaultValue, context),
    resolveNumberEvaluation: (key, defaultValue, context) => resolve(key, defaultValue, context),
    // To OpenFeature lists are objects as well; what is in one, the caller says.
    resolveObjectEvaluation: (key, defaultValue, context) => resolve(key, defaultValue, context, null),
  };
}

const isStructure = (value: unknown) => typeof value === 'object' && value !== null;

/** The code is of an enum of OpenFeature, into which no text of ours fits by its type; what is there at run time does. */
function failed<T>(value: T, errorCode: string, errorMessage: string, flagMetadata: Resolution<T>['flagMetadata']) {
  const resolution = { value, reason: 'ERROR', errorCode, errorMessage, flagMetadata };
  return resolution satisfies Resolution<T>;
}

function metadataOf(answer: FlagAnswer): Resolution<unknown>['flagMetadata'] {
  const { source, ageMs, degradedReason } = answer;
  return {
    ...flagMetadataOf(answer),
    source,
    ...(ageMs !== undefined && { ageMs }),
    ...(degradedReason !== undefined && { degradedReason }),
  };
}

const sentenceOf = (key: string, errorCode: string) =>
  errorCode === 'TARGETING_KEY_MISSING'
    ? `the attribute that the split of "${key}" is by is missing or not text`
    : `"${key}" cannot be read by this version of whetstone-mcp; update it.`;
