import type { Evaluated } from '@whetstone/shared/flags';

/**
 * The JSON of an evaluation, for the hottest answer there is. Keys, variants, rule ids and codes are of grammars without
 * a character that JSON escapes, so that only the value needs the real thing; a test holds it equal to `JSON.stringify`.
 */
export function evaluationJson(evaluation: Evaluated): string {
  if (evaluation.trace) {
    const { sticky: _toStore, ...answer } = evaluation;
    return JSON.stringify(answer);
  }
  const { key, enabled, variant, reason, errorCode, ruleId, bucket, flagVersion } = evaluation;
  const { rolloutPercentage: share } = evaluation.metadata;
  return (
    `{"key":"${key}","enabled":${enabled},"variant":"${variant}","value":${valueJson(evaluation.value)},"reason":"${reason}"` +
    (errorCode === undefined ? '' : `,"errorCode":"${errorCode}"`) +
    (ruleId === undefined ? '' : `,"ruleId":"${ruleId}"`) +
    (bucket === undefined ? '' : `,"bucket":${bucket}`) +
    `,"flagVersion":${flagVersion},"metadata":${share === undefined ? '{}' : `{"rolloutPercentage":${share}}`}}`
  );
}

const valueJson = (value: unknown) => (typeof value === 'boolean' ? String(value) : JSON.stringify(value));
