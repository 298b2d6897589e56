import { readDefaults } from '../../offline/defaults-file.ts';
import type { Surroundings } from '../../surroundings.ts';
import type { Finding } from './check.ts';

/** The values to fall back on. */
export async function lookAtDefaults(path: string | undefined): Promise<Finding> {
  if (path === undefined) return { verdict: 'ok', value: 'WHETSTONE_DEFAULTS is not set' };
  const { flags, problem } = await readDefaults(path);
  if (!problem) return { verdict: 'ok', value: `${path}, ${flags.size} flags` };
  const fix = 'Correct the file, or unset WHETSTONE_DEFAULTS.';
  return { verdict: 'fail', value: path, detail: problem.replace(/^WHETSTONE_DEFAULTS: /, ''), fix };
}

export const lookAtTracking = ({ doNotTrack }: Surroundings): Finding => ({
  verdict: 'ok',
  value: doNotTrack ? 'DO_NOT_TRACK is set' : 'DO_NOT_TRACK is not set',
  detail: 'Nothing is sent to anybody but your own server.',
});
