import { currentEpoch, tallyAcrossEpochs, type EpochTally } from '@whetstone/shared/portfolio';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { poolRepository, type SharedCount } from './pool/repository.ts';
import { Epochs } from './state/repository.ts';

interface Options {
  database: Pick<Database, 'asSystem'>;
  signal?: AbortSignal | undefined;
}

/**
 * Puts what projects let others see of their work where others read it: counts of all tasks and of kinds of tasks. Only of those
 * that have changed since; a project that shares with nobody has nothing there. Resolves with how many projects.
 */
export async function shareCounts({ database, signal }: Options): Promise<number> {
  let shared = 0;
  for (const projectId of await database.asSystem(poolRepository.projectsToShare)) {
    if (signal?.aborted) break;
    await database.asSystem((tx) => shareOne(tx, projectId));
    shared++;
  }
  return shared;
}

async function shareOne(tx: Tx, projectId: string) {
  const state = await poolRepository.lock(tx, projectId);
  if (!state) return;
  const epochs = Epochs.parse(state.epochs);
  const counts = state.pool === 'none' ? [] : await poolRepository.counts(tx, projectId);
  const cells = new Map<string, typeof counts>();
  for (const count of counts) {
    const id = JSON.stringify([count.level, count.key, count.model]);
    const known = cells.get(id);
    if (known) known.push(count);
    else cells.set(id, [count]);
  }
  const rows = [...cells.values()].map((ofEpochs) =>
    sharedCount(ofEpochs, (model) => currentEpoch(epochs, model)?.epoch ?? 0),
  );
  const { organisationId } = state;
  await poolRepository.replace(tx, { projectId, organisationId, withEveryone: state.pool === 'everyone' }, rows);
  await poolRepository.shared(tx, projectId, state.version);
}

function sharedCount(ofEpochs: (SharedCount & EpochTally)[], epochOf: (model: string) => number): SharedCount {
  const { level, key, model } = ofEpochs[0]!;
  return { level, key, model, ...tallyAcrossEpochs(ofEpochs, epochOf(model)) };
}

/**
 * Follows a change of the settings in its transaction. Who shares with nobody has taken everything back with the commit; who
 * shares with fewer is left out by the function that others read through, and with the next round by the rows.
 */
export async function followPoolSetting(tx: ProjectTx, pool: 'none' | 'organisation' | 'everyone'): Promise<void> {
  if (pool === 'none') await poolRepository.withdraw(tx);
  await poolRepository.share(tx);
}
