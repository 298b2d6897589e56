import type { Logger } from 'pino';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { catalogueModel, type Price } from '../prices.ts';
import { cellRepository } from './cells/repository.ts';
import type { OpenEpoch } from './open-epoch.ts';
import { stateRepository } from './state/repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  openEpoch: OpenEpoch;
  /** What a model costs by the catalogue on a day. */
  listPrice?: (model: string, at: Date) => Price | undefined;
  log: Pick<Logger, 'info'>;
}

const catalogue = (model: string, at: Date) => catalogueModel(model, at)?.price;

/**
 * Looks whether the catalogue has another price for models that projects have used than it had the last time: with a new version of
 * the catalogue, or on the day from which it says so. Such a model begins an epoch.
 */
export async function watchPrices(
  { database, openEpoch, listPrice = catalogue, log }: Dependencies,
  signal?: AbortSignal,
) {
  for (const projectId of await database.asSystem(stateRepository.projects)) {
    if (signal?.aborted) return;
    await database.asProject(projectId, (tx) => watchOne(tx, { openEpoch, listPrice, log }));
  }
}

async function watchOne(tx: ProjectTx, { openEpoch, listPrice, log }: Required<Omit<Dependencies, 'database'>>) {
  await stateRepository.lock(tx);
  const before = await stateRepository.prices(tx);
  const now: Record<string, string> = {};
  for (const model of await cellRepository.models(tx)) {
    const price = listPrice(model, tx.now);
    // A catalogue that knows it no longer tells nothing of its price.
    const words = price ? wordsOf(price) : before[model];
    if (words === undefined) continue;
    now[model] = words;
    const known = before[model];
    if (known === undefined || known === words) continue;
    await openEpoch(tx, { model, since: tx.now, why: `its list price went from ${known} to ${words}` });
    log.info({ projectId: tx.projectId, model, from: known, to: words }, 'a list price has changed');
  }
  await stateRepository.writePrices(tx, now);
}

const wordsOf = ({ inputUsdPerMillion: input, outputUsdPerMillion: output, cacheUsdPerMillion: cache }: Price) =>
  `$${input} in / $${output} out${cache === null ? '' : ` / $${cache} cached`} per million tokens`;
