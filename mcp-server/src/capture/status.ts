import { join } from 'node:path';
import { captureFromEnvironment } from '../config.ts';
import { consentOf, type Consent } from './consent.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { captureDirectories } from './directories.ts';
import { hasGitHooks } from './hooks/git-hooks.ts';
import { hasHooks } from './hooks/settings-hooks.ts';
import { spoolFigures, type SpoolFigures } from './spool/spool.ts';
import { readTally, type Tally } from './tally.ts';
import { sessionsBelow } from './unit/unit-store.ts';

export interface CaptureStatus {
  consent: Consent;
  isUnknownWord: boolean;
  hooks: Record<'claude' | 'cursor' | 'git', boolean>;
  lastEventMs: number | undefined;
  coverage: Coverage;
  spool: SpoolFigures;
  tally: Tally;
}

/** How things are, without changing any of it: what waits in the spool is not taken in. */
export async function readCaptureStatus(stateDir: string, directory: string): Promise<CaptureStatus> {
  const directories = captureDirectories(stateDir);
  const { level, isUnknown, claudeDir, cursorDir } = captureFromEnvironment();
  const tally = readTally(directories.tally);
  const spool = spoolFigures(directories.spool);
  const times = Object.values(tally.events).map(({ lastMs }) => lastMs);
  const claude = [join(claudeDir, 'settings.json'), join(directory, '.claude', 'settings.local.json')];
  const cursor = [join(cursorDir, 'hooks.json'), join(directory, '.cursor', 'hooks.json')];
  return {
    consent: consentOf(directories.consent, level),
    isUnknownWord: isUnknown,
    hooks: { claude: claude.some(hasHooks), cursor: cursor.some(hasHooks), git: await hasGitHooks(directory) },
    lastEventMs: times.length === 0 ? undefined : Math.max(...times),
    coverage: coverageOf(sessionsBelow(directories.units), tally, spool.dropped),
    spool,
    tally,
  };
}
