import { bucketAt, bucketOf, isCovered } from './bucketing.ts';
import type { CompiledCondition } from './condition.ts';
import { outcomeOf } from './condition.ts';
import { longestMatched, type Comparing, type ConditionDocument } from './operators.ts';
import { isScalar } from './reading.ts';
import type { Landing, Run } from './run.ts';

/** What an operator reads, and what holds: the verb, which "not" denies, and the rest. */
type Wording = readonly [reads: string, verb: string, rest: string];

const number = 'a number';
const time = 'a time';
const version = 'a version';
const any = 'text, a number or a boolean';

const wordings: Readonly<Record<Comparing | 'segment', Wording>> = {
  in: [any, 'is', 'in'],
  contains: ['text', 'does', 'contain'],
  startsWith: ['text', 'does', 'start with'],
  endsWith: ['text', 'does', 'end with'],
  matches: [`text of at most ${longestMatched} characters`, 'does', 'match'],
  gt: [number, 'is', 'above'],
  gte: [number, 'is', 'at least'],
  lt: [number, 'is', 'below'],
  lte: [number, 'is', 'at most'],
  before: [time, 'is', 'before'],
  after: [time, 'is', 'after'],
  semverEq: [version, 'is', 'version'],
  semverGt: [version, 'is', 'above version'],
  semverGte: [version, 'is', 'at least version'],
  semverLt: [version, 'is', 'below version'],
  semverLte: [version, 'is', 'at most version'],
  segment: [any, 'is', 'in segment'],
};

/** What was found, as a sentence: 'userId "bob" is not in 1 value'. */
export function conditionSentence(condition: CompiledCondition, run: Run): string {
  const { attribute, op, values, negate } = condition;
  const found = condition.read(run.context);
  if (found === undefined) return `${attribute} is missing`;
  if (op === 'exists') return `${attribute} is there`;
  const outcome = outcomeOf(condition, found, run);
  const subject = `${attribute} ${show(found)}`;
  const [reads, verb, rest] = wordings[op];
  if (outcome === undefined) return (op === 'segment' && segmentProblem(values, run)) || `${subject} is not ${reads}`;
  const predicate = `${verb} ${outcome ? '' : 'not '}${rest}`;
  return `${subject} ${predicate} ${op === 'in' ? count(values) : anyOf(values)}${negate ? ' (negated)' : ''}`;
}

/** What keeps a segment from being asked. */
function segmentProblem(keys: readonly unknown[], { ruleset }: Run): string | undefined {
  const circular = keys.map(String).find((key) => ruleset.endlessSegments.has(key));
  if (circular !== undefined) return `the segments that "${circular}" asks about run in a circle or too deep`;
  const unknown = keys.map(String).find((key) => !ruleset.segments.has(key));
  return unknown === undefined ? undefined : `no segment is called "${unknown}"`;
}

/** What would hold: 'plan in 2 values', 'seats at least 5'; for a negated condition 'plan not in 2 values'. */
export function wishSentence({ attribute, op, values, negate }: ConditionDocument): string {
  if (op === 'exists') return `${attribute} ${negate ? 'missing' : 'there'}`;
  return `${attribute} ${negate ? 'not ' : ''}${wordings[op][2]} ${anyOf(values)}`;
}

/** 'by userId "bob": bucket 49149 is inside a 0…50000 of which 25 % is covered (0…12500): outside, so "off"' */
export function splitSentence({ split, unit, hash, share, hashed, served }: Landing): string {
  const { division, coverage, by, sticky, since } = split;
  const bucket = `by ${by} ${show(unit)}: bucket ${bucketOf(hash)}`;
  const kept = served === hashed ? '' : `; ${sticky?.attribute} was first served "${served.variant}", which stays`;
  if (!share) return `${bucket} is in no share, so "${hashed.variant}"${kept}`;
  const border = (point: number) => bucketAt(point, division.total);
  const inside = `${bucket} is inside ${share.item.variant} ${border(share.start)}…${border(share.end)}`;
  if (coverage === 100) return `${inside}${kept}`;
  const step = since === undefined ? '' : ` by the rollout step of ${since}`;
  const covered = `of which ${coverage} % is covered${step} (${border(share.start)}…${border(share.covered)})`;
  const side = isCovered(division, share, hash) ? 'inside' : `outside, so "${hashed.variant}"`;
  return `${inside} ${covered}: ${side}${kept}`;
}

export function unitSentence(by: string, found: unknown): string {
  if (found === undefined || found === '') return `by ${by}: it is missing`;
  return `by ${by}: ${show(found)} is not text`;
}

const count = (values: readonly unknown[]) => (values.length === 1 ? '1 value' : `${values.length} values`);

const anyOf = (values: readonly unknown[]) => (values.length === 1 ? show(values[0]) : `any of ${count(values)}`);

/** JSON escapes none of these: nearly all texts are made of them, and an explanation quotes a dozen. */
const plain = /^[ !#-[\]-~]*$/;

const quoted = (text: string) => (plain.test(text) ? `"${text}"` : JSON.stringify(text));

/** Never throws: a context may hold anything. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quoted(value.length > 80 ? `${value.slice(0, 79)}…` : value);
  if (Array.isArray(value)) return `[${count(value)}]`;
  return isScalar(value) ? String(value) : `of type ${typeof value}`;
}
