import { bucketAt, bucketOf, isCovered, type Division, type Share } from './bucketing.ts';
import type { ConditionDocument, OperatorRules } from './operators.ts';
import { isScalar } from './reading.ts';

/** 'userId "bob" is not in 1 value' */
export function conditionSentence(
  { attribute, op, values, negate }: ConditionDocument,
  { reads, phrase }: OperatorRules,
  found: unknown,
  outcome: boolean | undefined,
): string {
  if (found === undefined) return `${attribute} is missing`;
  if (op === 'segment') return `no segment called ${values.map(show).join(' or ')}`;
  const subject = `${attribute} ${show(found)}`;
  if (outcome === undefined) return `${subject} is not ${reads}`;
  const predicate = outcome ? phrase : phrase.replace(' ', ' not ');
  return `${subject} ${predicate} ${op === 'in' ? count(values) : anyOf(values)}${negate ? ' (negated)' : ''}`;
}

interface Split {
  by: string;
  coverage: number;
  division: Division<{ variant: string }>;
}

/** Where a unit fell. */
interface Landing {
  unit: string;
  hash: number;
  share: Share<{ variant: string }> | undefined;
  served: string;
}

/** 'by userId "bob": bucket 49149 is inside a 0…50000 of which 25 % is covered (0…12500): outside, so "off"' */
export function splitSentence(split: Split, { unit, hash, share, served }: Landing): string {
  const { division, coverage, by } = split;
  const bucket = `by ${by} ${show(unit)}: bucket ${bucketOf(hash)}`;
  if (!share) return `${bucket} is in no share, so ${show(served)}`;
  const border = (point: number) => bucketAt(point, division.total);
  const inside = `${bucket} is inside ${share.item.variant} ${border(share.start)}…${border(share.end)}`;
  if (coverage === 100) return inside;
  const covered = `of which ${coverage} % is covered (${border(share.start)}…${border(share.covered)})`;
  return `${inside} ${covered}: ${isCovered(division, share, hash) ? 'inside' : `outside, so ${show(served)}`}`;
}

export function unitSentence(by: string, found: unknown): string {
  if (found === undefined || found === '') return `by ${by}: it is missing`;
  return `by ${by}: ${show(found)} is not text`;
}

const count = (values: readonly unknown[]) => (values.length === 1 ? '1 value' : `${values.length} values`);

const anyOf = (values: readonly unknown[]) => (values.length === 1 ? show(values[0]) : `any of ${count(values)}`);

/** Never throws: a context may hold anything. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
  if (Array.isArray(value)) return `[${count(value)}]`;
  return isScalar(value) ? String(value) : `of type ${typeof value}`;
}
