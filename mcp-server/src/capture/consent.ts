import type { CaptureLevel } from '../config.ts';
import { replaceFileNow } from '../offline/state-files.ts';
import { textIn } from './places.ts';

export interface Consent {
  level: CaptureLevel;
  /** Who said so. */
  by: 'environment' | 'hooks install' | 'nobody';
}

/** The environment wins; without a word from anybody nothing is noted. */
export function consentOf(file: string, fromEnvironment: CaptureLevel | undefined): Consent {
  if (fromEnvironment !== undefined) return { level: fromEnvironment, by: 'environment' };
  const stored = /"level":\s*"(counts|patterns|full)"/.exec(textIn(file) ?? '')?.[1] as CaptureLevel | undefined;
  return stored ? { level: stored, by: 'hooks install' } : { level: 'off', by: 'nobody' };
}

export const storeConsent = (file: string, level: CaptureLevel, nowMs: number) =>
  replaceFileNow(file, `${JSON.stringify({ format: 1, level, at: new Date(nowMs).toISOString() })}\n`);
