import type { EvaluationContext, FlagDefinition, Moves } from '@whetstone/shared/contract';
import { moveCounter, type CompiledRuleset } from '@whetstone/shared/flags';
import type { ProjectTx } from '../../platform/db/database.ts';
import { contextOf } from './exposures/contexts.ts';
import { exposureRepository } from './exposures/repository.ts';
import type { Known } from './exposures/known.ts';
import { flagView } from './flag-view.ts';
import { madeUpContexts } from './made-up-contexts.ts';
import type { FlagRow } from './repository.ts';
import { rulesetAround, type RulesOf } from './ruleset-around.ts';
import type { LookAtMany } from './look-at-many.ts';

const madeUp = 10_000;

/** All that it takes to say who moves between two states of a flag, read in one transaction. */
export interface Move {
  key: string;
  before: CompiledRuleset;
  after: CompiledRuleset;
  /** The flag in both, where it is in them. */
  documents: FlagDefinition[];
  known: Known[];
  nowMs: number;
}

interface State {
  flag: FlagRow | undefined;
  rules: RulesOf;
}

/** A flag as it is, with the rules there are, and as it would be with those of then. */
export async function readMove(tx: ProjectTx, key: string, before: State, after: State): Promise<Move> {
  return {
    key,
    before: await rulesetAround(before.flag, before.rules),
    after: await rulesetAround(after.flag, after.rules),
    documents: [before.flag, after.flag].flatMap((row) => (row ? [flagView(row)] : [])),
    known: await exposureRepository.known(tx, key),
    nowMs: tx.now.getTime(),
  };
}

/** Evaluates for some 20,000 contexts, each twice: in slices, outside of any transaction. */
export async function countMoves(
  { key, before, after, documents, known, nowMs }: Move,
  lookAtMany: LookAtMany,
): Promise<Moves> {
  const count = async (contexts: Iterable<EvaluationContext>) => {
    const counter = moveCounter(before, after, key, nowMs);
    await lookAtMany(contexts, counter.see);
    return counter;
  };
  const [document] = documents;
  const observed = await count(document ? contextsOf(known, document) : []);
  const simulated = await count(madeUpContexts(documents, madeUp));
  return { ...observed.moves(), simulated: simulated.shares() };
}

function* contextsOf(known: readonly Known[], flag: FlagDefinition) {
  for (const each of known) yield contextOf(each, flag);
}
