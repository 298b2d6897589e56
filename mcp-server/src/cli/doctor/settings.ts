import { readDefaults } from '../../offline/defaults-file.ts';
import type { Config } from '../../config.ts';
import type { Finding } from './check.ts';

/** The values to fall back on. */
export async function lookAtDefaults(path: string | undefined): Promise<Finding> {
  if (path === undefined) return { verdict: 'ok', value: 'WHETSTONE_DEFAULTS is not set' };
  const { flags, problem } = await readDefaults(path);
  if (!problem) return { verdict: 'ok', value: `${path}, ${flags.size} flags` };
  const fix = 'Correct the file, or unset WHETSTONE_DEFAULTS.';
  return { verdict: 'fail', value: path, detail: problem.replace(/^WHETSTONE_DEFAULTS: /, ''), fix };
}

export const lookAtTracking = ({ tracksExposures }: Pick<Config, 'tracksExposures'>): Finding => ({
  verdict: 'ok',
  value: tracksExposures ? 'your server is told which variants were served' : 'DO_NOT_TRACK is set: nobody is told',
  detail: 'Nothing is sent to anybody but your own server.',
});
