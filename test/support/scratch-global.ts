import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One temporary directory for the whole run, for all its processes: what tests leave lying there goes with it. Every project
 * calls this; one in the other, the directories would make a path that is too long for a socket.
 */
export default function setup() {
  if (process.env['WHETSTONE_TEST_SCRATCH'] !== undefined) return undefined;
  const directory = mkdtempSync(join(roomInMemory() ?? tmpdir(), 'whetstone-run-'));
  process.env['TMPDIR'] = process.env['WHETSTONE_TEST_SCRATCH'] = directory;
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

const gibibyte = 2 ** 30;

/**
 * Where files are kept in memory, if there is much of it. Tests make and delete data directories of a thousand files each, for
 * which ext4 takes several times as long as what they test. Somebody's own TMPDIR is theirs to choose.
 */
function roomInMemory() {
  if (process.env['TMPDIR'] !== undefined || process.platform !== 'linux') return undefined;
  const place = '/dev/shm';
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`tmpfs ${place} `));
  if (!mount || mount.includes('noexec')) return undefined;
  const { bavail, bsize } = statfsSync(place);
  return Math.min(bavail * bsize, freemem()) > 12 * gibibyte ? place : undefined;
}
