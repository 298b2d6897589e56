import { withEpoch } from '@whetstone/shared/portfolio';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { withFound } from './drift-memory.ts';
import { pendingRepository } from './pending/repository.ts';
import { stateRepository } from './state/repository.ts';

export interface OpenedEpoch {
  model: string;
  since: Date;
  /** What a person reads of it. */
  why: string;
}

interface Dependencies {
  events: Pick<Events, 'append'>;
  wantRebuild: (tx: ProjectTx) => Promise<void>;
}

/** From then on a model counts as another one; what has been counted of it since is counted again. */
export const epochOpener =
  ({ events, wantRebuild }: Dependencies) =>
  async (tx: ProjectTx, { model, since, why }: OpenedEpoch): Promise<void> => {
    const state = await stateRepository.lock(tx);
    const at = since.toISOString();
    const version = await stateRepository.change(tx, {
      epochs: withEpoch(state.epochs, { model, since: at, why }),
      drift: withFound(state.drift, { model, at, why, before: null, after: null }),
    });
    if (await pendingRepository.isCountedSince(tx, model, since)) await wantRebuild(tx);
    await events.append(tx, 'portfolio', { version });
  };
export type OpenEpoch = ReturnType<typeof epochOpener>;
