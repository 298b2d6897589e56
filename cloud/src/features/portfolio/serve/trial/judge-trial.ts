import { trialStanding } from '@whetstone/shared/portfolio';
import type { Database, ProjectTx } from '../../../../platform/db/database.ts';
import { settingsRepository } from '../settings/repository.ts';
import type { SettingsChanged } from '../settings/service.ts';
import { readSettings } from '../settings/stored-settings.ts';
import { trialRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  changed: SettingsChanged;
}

/** Looks at every trial that runs, project by project; what one cannot be judged for keeps no other from it. */
export async function judgeTrials({ database, changed }: Dependencies, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const projectId of await database.asSystem(trialRepository.projectsWithRunning)) {
    signal.throwIfAborted();
    try {
      await database.asProject(projectId, (tx) => judgeTrial(tx, changed));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'cannot judge every trial of a model');
}

/**
 * Writes down where the trial stands. With a verdict it leaves the settings; when the challenger has won, it is what others
 * are measured against from then on. What is recommended follows from the counts as ever.
 */
async function judgeTrial(tx: ProjectTx, changed: SettingsChanged): Promise<void> {
  await settingsRepository.lockState(tx);
  const read = readSettings(await settingsRepository.find(tx));
  const running = await trialRepository.newest(tx);
  if (read.kind === 'unreadable' || !read.settings.trial || running?.verdict !== 'running') return;
  const { settings, version } = read;
  const { challenger, maxTasks } = read.settings.trial;
  const outcomes = await trialRepository.outcomes(tx, running.startedAt, maxTasks);
  const standing = trialStanding(outcomes, { margin: settings.margin, maxTasks });
  await trialRepository.write(tx, running.id, standing);
  if (standing.verdict === 'running') return;
  const incumbent = standing.verdict === 'challenger' ? challenger : settings.incumbent;
  const settingsVersion = version + 1;
  await settingsRepository.beginChange(tx);
  await settingsRepository.write(tx, { ...settings, incumbent, trial: null }, settingsVersion);
  await changed(tx, { settingsVersion });
}
