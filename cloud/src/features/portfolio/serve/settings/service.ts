import type { Handlers, Parsed, PortfolioModels, portfolioModels, PortfolioSettings } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../../context.ts';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { stateRepository } from '../../learn/state/repository.ts';
import { startTrial, type TrialChange } from '../trial/start-trial.ts';
import { trialRepository } from '../trial/repository.ts';
import { checkSettings } from './check-settings.ts';
import { knownModels, repriced } from './known-models.ts';
import { settingsRepository } from './repository.ts';
import { readSettings, type SettingsRead } from './stored-settings.ts';

/** The model is another one from now on; its sentence says why. */
export type OpenEpoch = (tx: ProjectTx, epoch: { model: string; since: Date; why: string }) => Promise<void>;

/** Counts are shared with others, or with others than before, from this commit on. */
export type FollowPoolSetting = (tx: ProjectTx, pool: PortfolioSettings['pool']) => Promise<void>;

interface Dependencies {
  openEpoch: OpenEpoch;
  followPoolSetting: FollowPoolSetting;
  changed: SettingsChanged;
}

/** Tells everybody that holds a routing table, in the transaction of the change and at its end. */
export type SettingsChanged = (tx: ProjectTx, what: { settingsVersion: number }) => Promise<void>;

type Change = Parsed<typeof portfolioModels.putPortfolioModels>;

export const settingsService = ({
  openEpoch,
  followPoolSetting,
  changed,
}: Dependencies): Handlers<typeof portfolioModels, Ctx> => ({
  getPortfolioModels: (ctx) => ctx.transaction(viewOf),

  putPortfolioModels: (ctx, change) =>
    ctx.transaction(async (tx) => {
      checkSettings(change.settings);
      await settingsRepository.beginChange(tx);
      const before = readSettings(await settingsRepository.find(tx));
      if (before.version !== change.version) throw stale(before, change.version);
      const settingsVersion = before.version + 1;
      await settingsRepository.write(tx, change.settings, settingsVersion);
      for (const epoch of epochsOf(before, change, tx.now)) await openEpoch(tx, { ...epoch, since: tx.now });
      if (before.kind === 'unreadable' || before.settings.pool !== change.settings.pool)
        await followPoolSetting(tx, change.settings.pool);
      await startTrial(tx, trialChange(before, change));
      await changed(tx, { settingsVersion });
      return viewOf(tx);
    }),
});

async function viewOf(tx: ProjectTx): Promise<PortfolioModels> {
  const read = readSettings(await settingsRepository.find(tx));
  if (read.kind === 'unreadable')
    throw new WhetstoneError('unavailable', read.why, { extra: { currentVersion: read.version } });
  const { settings, version } = read;
  const { epochs } = await stateRepository.of(tx);
  const counts = await settingsRepository.modelCounts(tx);
  const models = knownModels({ settings, counts, epochs, now: tx.now });
  return { settings, version, models, trial: (await trialRepository.newest(tx))?.view ?? null };
}

/** Where the settings before cannot be read, nobody knows what prices they had. */
function epochsOf(before: SettingsRead, { settings, newEpochFor, why }: Change, now: Date) {
  const models = before.kind === 'settings' ? repriced(before.settings, settings, now) : [];
  const ofPrices = models
    .filter((model) => model !== newEpochFor)
    .map((model) => ({ model, why: why ?? 'its price in the settings changed' }));
  if (newEpochFor === undefined) return ofPrices;
  return [...ofPrices, { model: newEpochFor, why: why ?? 'somebody said that it changed' }];
}

const trialChange = (before: SettingsRead, { settings }: Change): TrialChange => ({
  before: before.kind === 'settings' ? before.settings.trial : null,
  after: settings.trial,
  margin: settings.margin,
});

const stale = (before: SettingsRead, version: number) =>
  new WhetstoneError(
    'conflict',
    `the settings of the portfolio are at version ${before.version}, your change was made from ${version}` +
      (before.kind === 'unreadable' ? `. ${before.why}` : ''),
    { extra: { currentVersion: before.version } },
  );
