import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where capture keeps everything: in the state directory, never in a repository. */
export function captureDirectories(stateDir: string) {
  const root = join(stateDir, 'capture');
  return {
    root,
    spool: join(root, 'spool'),
    spooler: join(root, 'whetstone-spool'),
    units: join(root, 'units'),
    consent: join(root, 'consent.json'),
    installed: join(root, 'installed.json'),
    tally: join(root, 'tally.json'),
  };
}

export type CaptureDirectories = ReturnType<typeof captureDirectories>;

export function makeDirectories({ spool, units }: CaptureDirectories) {
  for (const directory of [spool, units]) mkdirSync(directory, { recursive: true, mode: 0o700 });
}
