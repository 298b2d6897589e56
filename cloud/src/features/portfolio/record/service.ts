import { NoOutcome, OutcomeRecord, parseInput, type Handlers, type recordOutcomes } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import type { NewOutcome, Stored } from './new-outcome.ts';
import type { OutcomeStore } from './store-outcomes.ts';

/** Clocks differ; by more than this it is a mistake. */
const aheadMs = 5 * 60_000;

export const recordService = ({ storeOne, storeMany }: OutcomeStore): Handlers<typeof recordOutcomes, Ctx> => ({
  recordOutcome: (ctx, record) => ctx.transaction((tx) => storeOne(tx, told(record, tx.now))),

  recordOutcomes: (ctx, { outcomes }) =>
    ctx.transaction(async (tx) => {
      const read = outcomes.map((each) => readOne(each, tx.now));
      const stored = await storeMany(
        tx,
        read.flatMap((each) => ('outcome' in each ? [each.outcome] : [])),
      );
      const inOrder = stored.values();
      return { results: read.map((each) => ('outcome' in each ? answerOf(inOrder.next().value!) : each.refused)) };
    }),
});

/** Throws what it is refused for, by name. */
function told({ success, outcome, ...said }: OutcomeRecord, now: Date): NewOutcome {
  const { at } = said;
  if (at !== undefined && Date.parse(at) > now.getTime() + aheadMs)
    throw invalidField('at', `lies in the future: here it is ${now.toISOString()}`);
  return { ...said, source: 'portfolio', outcome: outcome ?? (success ? 'solved' : 'failed') };
}

type Read = { outcome: NewOutcome } | { refused: { status: 'refused'; message: string } };

function readOne(sent: OutcomeRecord | NoOutcome, now: Date): Read {
  try {
    return { outcome: told(sent instanceof NoOutcome ? parseInput(OutcomeRecord, sent.sent) : sent, now) };
  } catch (error) {
    if (error instanceof WhetstoneError) return { refused: { status: 'refused', message: error.message } };
    throw error;
  }
}

const answerOf = (stored: Stored) =>
  stored.status === 'refused'
    ? { status: stored.status, message: stored.message }
    : { status: stored.status, id: stored.id };
