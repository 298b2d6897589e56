import { mostFlagsExamined, type MovesOfFlags } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../platform/db/database.ts';
import { countMoves, readMove, type Move } from './moves.ts';
import type { FlagRow } from './repository.ts';
import { rulesOfNow, type RulesOf } from './ruleset-around.ts';
import type { SegmentRow } from './segment-row.ts';
import type { LookAtMany } from './look-at-many.ts';

/** What there would be after a change, of what it changes: by key. */
export interface Then {
  flags: ReadonlyMap<string, FlagRow>;
  segments: ReadonlyMap<string, SegmentRow>;
}

export interface MovesAhead {
  moves: Move[];
  notExamined: number;
}

/** What it takes to say who moves on flags that a change concerns: on the first of them by key. */
export async function readMoves(tx: ProjectTx, concerned: readonly FlagRow[], then: Then): Promise<MovesAhead> {
  const examined = concerned.toSorted((a, b) => (a.key < b.key ? -1 : 1)).slice(0, mostFlagsExamined);
  const now = rulesOfNow(tx);
  const after = rulesThen(now, then);
  const moves: Move[] = [];
  for (const flag of examined) {
    const changed = then.flags.get(flag.key) ?? flag;
    moves.push(await readMove(tx, flag.key, { flag, rules: now }, { flag: changed, rules: after }));
  }
  return { moves, notExamined: concerned.length - examined.length };
}

export async function countAllMoves({ moves, notExamined }: MovesAhead, lookAtMany: LookAtMany): Promise<MovesOfFlags> {
  const flags: MovesOfFlags['flags'] = [];
  for (const move of moves) flags.push({ key: move.key, ...(await countMoves(move, lookAtMany)) });
  const sum = (figure: 'examined' | 'moved') => flags.reduce((total, flag) => total + flag[figure], 0);
  return { examined: sum('examined'), moved: sum('moved'), flags, notExamined };
}

const rulesThen = (now: RulesOf, then: Then): RulesOf => ({
  flags: async (keys) => {
    const others = keys.filter((key) => !then.flags.has(key));
    const changed = keys.flatMap((key) => then.flags.get(key) ?? []);
    return [...changed, ...(others.length > 0 ? await now.flags(others) : [])];
  },
  segments: async () => [
    ...(await now.segments()).filter(({ key }) => !then.segments.has(key)),
    ...then.segments.values(),
  ],
});
