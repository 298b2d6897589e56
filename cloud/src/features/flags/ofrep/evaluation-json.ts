import type { Evaluation } from '@whetstone/shared/contract';

/**
 * An evaluation in the words of OFREP, as JSON. The value is always sent, whatever the reason: the stock server provider
 * takes an answer without one for an error. Where no flag decided, it is a failure, so that the program's own default holds.
 * The metadata is that of `flagMetadataOf`. All names are of grammars without a character that JSON escapes, so that only
 * values and sentences need the real thing; a test holds it equal to `JSON.stringify`.
 */
export function ofrepWriter(): (evaluation: Evaluation) => string {
  // Values of a ruleset live as long as it does.
  const known = new WeakMap<object, string>();
  const valueJson = (value: unknown) => {
    if (typeof value === 'boolean') return String(value);
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const json = known.get(value) ?? JSON.stringify(value);
    known.set(value, json);
    return json;
  };

  return (evaluation) => {
    const { key, variant, reason, errorCode, flagVersion, ruleId, bucket } = evaluation;
    const { rolloutPercentage: share } = evaluation.metadata;
    return (
      `{"key":"${key}",` +
      (errorCode === undefined
        ? `"value":${valueJson(evaluation.value)},"reason":"${reason}","variant":"${variant}"`
        : `"errorCode":"${errorCode}","errorDetails":"${detailsOf(errorCode)}"`) +
      `,"metadata":{"flagVersion":${flagVersion}` +
      (ruleId === undefined ? '' : `,"ruleId":"${ruleId}"`) +
      (bucket === undefined ? '' : `,"bucket":${bucket}`) +
      (share === undefined ? '}}' : `,"rolloutPercentage":${share}}}`)
    );
  };
}

const detailsOf = (errorCode: NonNullable<Evaluation['errorCode']>) =>
  errorCode === 'TARGETING_KEY_MISSING'
    ? 'the attribute that the split of this flag is by is missing or not text'
    : 'this flag has rules that this version of the server cannot read';
