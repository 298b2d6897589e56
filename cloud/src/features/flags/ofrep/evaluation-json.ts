import type { Evaluation } from '@whetstone/shared/contract';
import { flagMetadataOf } from '@whetstone/shared/flags';

/**
 * An evaluation in the words of OFREP, as JSON. The value is always sent, whatever the reason: the stock server provider
 * takes an answer without one for an error. Where no flag decided, it is a failure, so that the program's own default holds.
 */
export function ofrepWriter(): (evaluation: Evaluation) => string {
  // Values of a ruleset live as long as it does.
  const known = new WeakMap<object, string>();
  const valueJson = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const json = known.get(value) ?? JSON.stringify(value);
    known.set(value, json);
    return json;
  };

  return (evaluation) => {
    const { key, variant, reason, errorCode } = evaluation;
    const metadata = JSON.stringify(flagMetadataOf(evaluation));
    // Keys, variants and codes are of grammars without a character that JSON escapes.
    return errorCode === undefined
      ? `{"key":"${key}","value":${valueJson(evaluation.value)},"reason":"${reason}","variant":"${variant}","metadata":${metadata}}`
      : `{"key":"${key}","errorCode":"${errorCode}","errorDetails":${JSON.stringify(detailsOf(errorCode))},"metadata":${metadata}}`;
  };
}

const detailsOf = (errorCode: NonNullable<Evaluation['errorCode']>) =>
  errorCode === 'TARGETING_KEY_MISSING'
    ? 'the attribute that the split of this flag is by is missing or not text'
    : 'this flag has rules that this version of the server cannot read';
