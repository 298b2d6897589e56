import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One temporary directory for the whole run, for all its processes: what tests leave lying there goes with it. */
export default function setup() {
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-run-'));
  process.env['TMPDIR'] = directory;
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
