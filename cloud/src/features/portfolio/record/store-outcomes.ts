import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import { believableInstant } from '../../../platform/believable-instant.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { identityOf, type Identity } from '../identity.ts';
import { costsOf, needsPrice } from './costs-of.ts';
import { meet } from './meet.ts';
import type { NewOutcome, Stored } from './new-outcome.ts';
import { outcomeRepository } from './repository.ts';

export interface OutcomeStore {
  /** Throws `conflict` where another outcome has its name. */
  storeOne: (tx: ProjectTx, outcome: NewOutcome) => Promise<{ id: string; recorded: boolean }>;
  /** In the order of the outcomes; as if one had come after the other. */
  storeMany: (tx: ProjectTx, outcomes: readonly NewOutcome[]) => Promise<Stored[]>;
}

interface Dependencies {
  /** Part of the transaction in which something came that nothing has learned from yet. */
  onRecorded: (tx: ProjectTx) => Promise<void>;
}

interface Prepared extends Identity {
  id: string;
  said: NewOutcome;
  at: Date;
  costUsd: number | undefined;
}

/**
 * The one way into the outcome table, for this slice and for those that `app.ts` hands it to. The same record sent again
 * is stored once; another one under the same name is a conflict, unless it corrects it.
 */
export function outcomeStore({ onRecorded }: Dependencies): OutcomeStore {
  const storeMany: OutcomeStore['storeMany'] = async (tx, outcomes) => {
    const prepared = await prepare(tx, outcomes);
    const stored = new Map<Prepared, Stored>();
    for (const round of roundsOf(prepared))
      for (const [each, what] of await storeRound(tx, round)) stored.set(each, what);
    const results = prepared.map((each) => stored.get(each)!);
    if (results.some(({ status }) => status === 'recorded')) await onRecorded(tx);
    return results;
  };
  return {
    storeMany,
    async storeOne(tx, outcome) {
      const [stored] = await storeMany(tx, [outcome]);
      if (stored!.status === 'refused')
        throw new WhetstoneError('conflict', stored!.message, { extra: { recordedId: stored!.id } });
      return { id: stored!.id, recorded: stored!.status === 'recorded' };
    },
  };
}

async function prepare(tx: ProjectTx, outcomes: readonly NewOutcome[]): Promise<Prepared[]> {
  const dated = outcomes.map((said) => ({ said, at: believableInstant(said.at, tx.now) }));
  const own = outcomes.some(needsPrice) ? await outcomeRepository.ownPrices(tx) : {};
  const costs = costsOf(dated, own);
  return dated.map(({ said, at }, place) => ({
    id: uuidv7({ msecs: tx.now.getTime() }),
    said,
    at,
    costUsd: costs[place],
    ...identityOf(said),
  }));
}

/** Those that share a name come one after the other: each meets what the one before it left. */
function roundsOf(prepared: readonly Prepared[]): Prepared[][] {
  const rounds: Prepared[][] = [];
  const met = new Map<string, number>();
  for (const each of prepared) {
    const name = each.naturalKey?.toString('hex') ?? each.id;
    const nth = met.get(name) ?? 0;
    met.set(name, nth + 1);
    (rounds[nth] ??= []).push(each);
  }
  return rounds;
}

async function storeRound(tx: ProjectTx, round: readonly Prepared[]): Promise<[Prepared, Stored][]> {
  const inserted = await outcomeRepository.insert(tx, round);
  const taken = round.filter(({ id }) => !inserted.has(id));
  const mayReplace = taken.some(({ said: { source, corrects } }) => source === 'run' || corrects);
  const known =
    taken.length === 0
      ? new Map()
      : await outcomeRepository.findByKeys(
          tx,
          taken.map(({ naturalKey }) => naturalKey!),
          { toReplace: mayReplace },
        );
  const replacing: Parameters<typeof outcomeRepository.replace>[1][number][] = [];
  const results = round.map((each): [Prepared, Stored] => {
    if (inserted.has(each.id)) return [each, { status: 'recorded', id: each.id }];
    const before = known.get(each.naturalKey!.toString('hex'));
    if (!before)
      throw new WhetstoneError('unavailable', 'what was recorded under this name is just being deleted; send it again');
    const { said, at } = each;
    const hasSameContent = before.contentHash.equals(each.contentHash);
    const verdict = meet({ said, at, hasSameContent, knownAt: before.counted.at });
    if (verdict === 'conflict') return [each, { status: 'refused', id: before.id, message: conflictOf(said) }];
    if (verdict === 'known') return [each, { status: 'known', id: before.id }];
    // A correction that names no time is about the same moment.
    replacing.push({ ...each, id: before.id, at: said.at === undefined ? before.counted.at : at, was: before.counted });
    return [each, { status: 'recorded', id: before.id }];
  });
  if (replacing.length > 0) await outcomeRepository.replace(tx, replacing);
  return results;
}

const conflictOf = ({ taskId, attempt }: NewOutcome) =>
  `attempt ${attempt} of the task "${taskId}" is recorded already, with other content: count the attempts of a task up, leave attempt away, or say corrects: true if this is how it turned out`;
