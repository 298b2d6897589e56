import { Prepared } from '@whetstone/shared/contract';
import { compileTable, packTable, unpackTable, type Recommender, type RoutingTable } from '@whetstone/shared/portfolio';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { PooledCount } from '../../learn/pool/repository.ts';
import { settingsRepository } from '../settings/repository.ts';
import { nothingAllowed, readSettings } from '../settings/stored-settings.ts';
import { stateRepository } from '../../learn/state/repository.ts';
import { trialRepository } from '../trial/repository.ts';
import { assembleTable, type TableParts } from './assemble.ts';
import { chooseModels } from './choose-models.ts';
import { poolCells } from './pool-cells.ts';
import { mostCells, tableRepository } from './repository.ts';

/** A project's routing table, ready to be asked. */
export interface LoadedTable {
  recommender: Recommender;
  /** As `GET /api/portfolio/table` answers it; undefined where the settings cannot be read. */
  answer: Prepared | undefined;
  /** The sentence that says so. */
  unreadable: string | undefined;
  /** Of the rows that it was made from. */
  versions: { settings: number; state: number };
  /** Rows that cannot be, and count for nothing. */
  corrupt: number;
}

/** Counts of other projects, as far as this one shares with them. */
export type ReadPool = (tx: ProjectTx) => Promise<PooledCount[]>;

/**
 * Makes the table from what was counted. The cloud answers from the same packed form that others keep for when it is away, so
 * that both say the same.
 */
export async function readTable(tx: ProjectTx, readPool: ReadPool): Promise<LoadedTable> {
  const read = readSettings(await settingsRepository.find(tx));
  const settings = read.kind === 'settings' ? read.settings : nothingAllowed();
  const { version: state, dataAt, epochs } = await stateRepository.of(tx);
  const models = chooseModels(settings, await settingsRepository.modelCounts(tx));
  const none = { rows: [], corrupt: 0 };
  const cells = models.length === 0 ? none : await tableRepository.cells(tx, models);
  const rescues = models.length === 0 ? none : await tableRepository.rescues(tx, models);
  const trial = settings.trial && (await trialRepository.newest(tx));
  const parts: TableParts = {
    settings,
    models,
    epochs,
    dataAt,
    cells: cells.rows,
    rescues: rescues.rows,
    pool: models.length === 0 ? [] : poolCells(await readPool(tx), models, mostCells),
    method: methodOf(await tableRepository.method(tx)),
    trialRuns: trial?.verdict === 'running',
    now: tx.now,
  };
  const table = assembleTable(parts);
  const version = hashOf(table);
  const packed = packTable({ ...table, version });
  const json = JSON.stringify(packed);
  return {
    recommender: compileTable(unpackTable(packed)),
    answer: read.kind === 'settings' ? new Prepared(json, `"${tx.projectId}.${version}"`) : undefined,
    unreadable: read.kind === 'unreadable' ? read.why : undefined,
    versions: { settings: read.version, state },
    corrupt: cells.corrupt + rescues.corrupt,
  };
}

/** Of everything that is in it, counts of other projects included: theirs change without a word to this one. */
const hashOf = (table: Omit<RoutingTable, 'version'>) =>
  createHash('sha256').update(JSON.stringify(table)).digest('base64url').slice(0, 22);

const Method = z.object({
  used: z.enum(['static', 'cells', 'knn', 'factorisation']),
  shrinkage: z.number().min(20).max(100_000),
  result: z.object({ why: z.string() }),
});

/** Until the nightly test has measured, or where what it said cannot be read, the cells with their usual shrinkage. */
function methodOf(stored: unknown): TableParts['method'] {
  const parsed = Method.safeParse(stored);
  if (parsed.success) {
    const { used, shrinkage, result } = parsed.data;
    return { used, shrinkage, why: result.why };
  }
  return { used: 'cells', shrinkage: usualShrinkage, why: 'no test on outcomes of this project has been made yet' };
}

const usualShrinkage = 50;
