import type { Evaluation, EvaluationContext } from '../contract/flags.ts';
import { isFirstClass } from './attributes.ts';
import { isScalar } from './reading.ts';
import { textOf } from './scalar.ts';

/**
 * The context of an OpenFeature evaluation as ours: first-class attributes by their names, any other among `attributes`.
 * A number or boolean in a first-class place is its text, as it would be over GET; a `Date` is its ISO text.
 */
export function contextFromOpenFeature(given: Readonly<Record<string, unknown>>): EvaluationContext {
  const context: Record<string, unknown> = {};
  // Without a prototype, so that an attribute called `__proto__` is an attribute.
  let attributes: Record<string, unknown> | undefined;
  for (const name of Object.keys(given)) {
    const value = plain(given[name]);
    if (isFirstClass(name)) context[name] = isScalar(value) ? textOf(value) : value;
    else (attributes ??= Object.create(null) as Record<string, unknown>)[name] = value;
  }
  if (attributes) context['attributes'] = attributes;
  return context;
}

const plain = (value: unknown) =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;

/** What an answer says beside value, variant and reason; a default says less. */
type Answered = { [K in 'flagVersion' | 'ruleId' | 'bucket']?: Evaluation[K] | undefined } & {
  metadata?: { rolloutPercentage?: number | undefined } | undefined;
};

/** Flat, as OpenFeature's flag metadata must be. */
export function flagMetadataOf({ flagVersion, ruleId, bucket, metadata }: Answered): Record<string, string | number> {
  const { rolloutPercentage } = metadata ?? {};
  return {
    ...(flagVersion !== undefined && { flagVersion }),
    ...(ruleId !== undefined && { ruleId }),
    ...(bucket !== undefined && { bucket }),
    ...(rolloutPercentage !== undefined && { rolloutPercentage }),
  };
}
