import { captureFromEnvironment, stateDirFromEnvironment } from '../config.ts';
import { consentOf } from './consent.ts';
import { captureDirectories } from './directories.ts';
import type { Draining } from './drain.ts';

/** What everything here starts from. */
export function openCapture() {
  const directories = captureDirectories(stateDirFromEnvironment());
  const { level } = consentOf(directories.consent, captureFromEnvironment().level);
  return { level, directories, draining: { directories, level, nowMs: Date.now } satisfies Draining };
}
