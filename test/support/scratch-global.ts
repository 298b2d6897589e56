import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One temporary directory for the whole run, for all its processes: what tests leave lying there goes with it. Every project
 * calls this; one in the other, the directories would make a path that is too long for a socket.
 */
export default function setup() {
  if (process.env['WHETSTONE_TEST_SCRATCH'] !== undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-run-'));
  process.env['TMPDIR'] = process.env['WHETSTONE_TEST_SCRATCH'] = directory;
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
