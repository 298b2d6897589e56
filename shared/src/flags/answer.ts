import type { Evaluation } from '../contract/flags.ts';
import type { CompiledFlag } from './compile.ts';
import type { Served } from './compile-serve.ts';

/** What decided, beside the variant. */
export interface Decision {
  reason: 'TARGETING_MATCH' | 'SPLIT' | 'STATIC' | 'DEFAULT';
  ruleId: string | undefined;
  bucket: number | undefined;
  coverage: number;
}

/** Written out because absent members must be absent and evaluation is hot; the order is the order of the JSON. */
export function answer(flag: CompiledFlag, served: Served, { reason, ruleId, bucket, coverage }: Decision): Evaluation {
  const { key, version: flagVersion } = flag;
  const { enabled, variant, value } = served;
  const metadata = { rolloutPercentage: coverage };
  if (ruleId === undefined) {
    return bucket === undefined
      ? { key, enabled, variant, value, reason, flagVersion, metadata }
      : { key, enabled, variant, value, reason, bucket, flagVersion, metadata };
  }
  return bucket === undefined
    ? { key, enabled, variant, value, reason, ruleId, flagVersion, metadata }
    : { key, enabled, variant, value, reason, ruleId, bucket, flagVersion, metadata };
}

/** The off variant, because nothing could or should decide. */
export function off(flag: CompiledFlag, errorCode?: 'TARGETING_KEY_MISSING' | 'PARSE_ERROR'): Evaluation {
  const { key, version: flagVersion } = flag;
  const { variant, value } = flag.off;
  return errorCode === undefined
    ? { key, enabled: false, variant, value, reason: 'DISABLED', flagVersion, metadata: {} }
    : { key, enabled: false, variant, value, reason: 'ERROR', errorCode, flagVersion, metadata: {} };
}
