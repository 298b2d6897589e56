import type { Moves } from '@whetstone/shared/contract';
import { count, percent } from './sentences.ts';

export interface MoveRow {
  from: string;
  to: string;
  /** Of those seen lately; `undefined` when none of them makes this move. */
  seen: number | undefined;
  examples: string[];
  /** 0…1 of made-up units; `undefined` when none does. */
  simulated: number | undefined;
}

/** What stands where there is no such flag, or an archived one. */
const nobody = '(no flag)';

/** One row for each change of variant, whoever makes it; most frequent first. */
export function moveRows({ transitions, simulated }: Moves): MoveRow[] {
  const rows = new Map<string, MoveRow>();
  const rowOf = (from: string | null, to: string | null): MoveRow => {
    const id = JSON.stringify([from, to]);
    const row = rows.get(id) ?? {
      from: from ?? nobody,
      to: to ?? nobody,
      seen: undefined,
      examples: [],
      simulated: undefined,
    };
    rows.set(id, row);
    return row;
  };
  for (const { from, to, count: seen, examples } of transitions) {
    Object.assign(rowOf(from, to), {
      seen,
      examples: examples.map(({ unit, userId, repoId }) => unit ?? userId ?? repoId ?? 'somebody without a name'),
    });
  }
  for (const { from, to, share } of simulated) if (from !== to) rowOf(from, to).simulated = share;
  return [...rows.values()].sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0) || (b.simulated ?? 0) - (a.simulated ?? 0));
}

/** '12 of 340 who were served this flag lately get another variant.' */
export function movesSentence({ examined, moved, simulated }: Moves): string {
  const share = simulated.reduce((sum, { from, to, share: part }) => (from === to ? sum : sum + part), 0);
  const made =
    share === 0 ? 'none of 10,000 made-up units moves' : `${percent(share * 100)} of 10,000 made-up units move`;
  if (examined === 0) return `Nobody was served this flag lately; ${made}.`;
  if (moved === 0) return `None of ${count(examined, 'known context')} moves; ${made}.`;
  return `${moved.toLocaleString('en')} of ${count(examined, 'known context')} ${moved === 1 ? 'moves' : 'move'}; ${made}.`;
}
