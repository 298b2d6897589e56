import type { EvalGate } from '@whetstone/shared/contract';

/** A member that somebody is still typing may be any text. */
const points = (value: number) => (typeof value === 'number' ? String(value) : `“${String(value)}”`);
const percentOf = (share: number) =>
  typeof share === 'number' ? `${Number((share * 100).toPrecision(12))} %` : `“${String(share)}”`;

/** What a gate asks for: "a run on starter that passes 85 % and is at most 5 points below the run before". */
export function gateText({ dataset, minPassRate, maxDropPoints }: EvalGate): string {
  const wishes = [
    ...(minPassRate === undefined ? [] : [`passes ${percentOf(minPassRate)}`]),
    ...(maxDropPoints === undefined ? [] : [`is at most ${points(maxDropPoints)} points below the run before`]),
  ];
  const run = `a run on ${dataset === '' ? '(no data set yet)' : dataset}`;
  return wishes.length === 0 ? `${run} without a regression` : `${run} that ${wishes.join(' and ')}`;
}

export const isClosed = (gate: EvalGate | undefined): gate is EvalGate =>
  gate !== undefined && gate.passedAt === undefined;
