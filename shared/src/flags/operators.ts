import type { operators } from '../contract/flag-document.ts';
import { search } from './matches.ts';
import { compilePattern, sizeOfPattern } from './pattern.ts';
import { isText, unreadable } from './reading.ts';
import { instantOf, numberOf, textOf, type Scalar } from './scalar.ts';
import { compareVersions, parseVersion } from './semver.ts';

export type Operator = (typeof operators)[number];

export interface ConditionDocument {
  attribute: string;
  op: Operator;
  values: readonly Scalar[];
  negate?: boolean | undefined;
}

/** What compares: every operator but `exists` and `segment`, which look at more or less than one text. */
export type Comparing = Exclude<Operator, 'exists' | 'segment'>;

/**
 * No closures over the values of a condition: a large ruleset has thousands, and making them is what its loading would
 * cost. So `Wanted` is what `wanted` makes of the values and `test` alone looks into.
 */
export interface OperatorRules<Wanted = unknown> {
  /** `undefined` for a value that it cannot compare with; a SyntaxError for a pattern that is none. Absent: any will do. */
  readonly value?: (value: Scalar) => unknown;
  readonly mostValues?: number;
  /** Characters it reads: of a text, or of all the texts of a list together, separators counted. */
  readonly longest?: number;
  /** Throws Unreadable. */
  readonly wanted: (values: readonly Scalar[]) => Wanted;
  /** Whether any of the values fits; `undefined` when the attribute is of a type the operator cannot read. */
  readonly test: (attribute: Scalar, wanted: Wanted) => boolean | undefined;
}

/** Up to here a list is as fast as a set, and much faster to make. */
const fewValues = 8;

const anything: OperatorRules<readonly string[] | Set<string>> = {
  wanted(values) {
    const texts = values.every(isText) ? values : values.map(textOf);
    return texts.length > fewValues ? new Set(texts) : texts;
  },
  test: (attribute, wanted) =>
    wanted instanceof Set ? wanted.has(textOf(attribute)) : wanted.includes(textOf(attribute)),
};

const comparing = <V, A>(
  value: (value: Scalar) => V | undefined,
  attribute: (attribute: Scalar) => A | undefined,
  fits: (attribute: A, value: V) => boolean,
): OperatorRules<readonly V[]> => ({
  value,
  wanted: (values) =>
    values.map((one, i) => value(one) ?? unreadable(`values.${i}: nothing to compare with: "${one}"`)),
  test(one, wanted) {
    const found = attribute(one);
    return found === undefined ? undefined : wanted.some((readable) => fits(found, readable));
  },
});

const text = (fits: (attribute: string, value: string) => boolean) =>
  comparing((value) => (isText(value) && value !== '' ? value : undefined), textOf, fits);

/** See `mostStates` of the patterns. */
export const longestMatched = 256;

const pattern = {
  ...comparing(
    (value) => (isText(value) ? compilePattern(value) : undefined),
    textOf,
    (attribute, value) => search(value, attribute).found,
  ),
  // Read, not built: a document may hold thousands that are too much together.
  value: (value: Scalar) => (isText(value) ? sizeOfPattern(value) : undefined),
  mostValues: 10,
  longest: longestMatched,
};

/** An order over what is read of the attribute and of the values. */
const ordered =
  <T>(read: (value: Scalar) => T | undefined, compare: (a: T, b: T) => number) =>
  (fits: (order: number) => boolean) =>
    comparing(read, read, (a: T, b: T) => fits(compare(a, b)));

const minus = (a: number, b: number) => a - b;
const number = ordered(numberOf, minus);
const instant = ordered(instantOf, minus);
const version = ordered((value) => parseVersion(textOf(value)), compareVersions);

const above = (order: number) => order > 0;
const below = (order: number) => order < 0;
const notBelow = (order: number) => order >= 0;
const notAbove = (order: number) => order <= 0;

const rules = {
  in: anything,
  contains: text((attribute, value) => attribute.includes(value)),
  startsWith: text((attribute, value) => attribute.startsWith(value)),
  endsWith: text((attribute, value) => attribute.endsWith(value)),
  matches: pattern,
  gt: number(above),
  gte: number(notBelow),
  lt: number(below),
  lte: number(notAbove),
  before: instant(below),
  after: instant(above),
  semverEq: version((order) => order === 0),
  semverGt: version(above),
  semverGte: version(notBelow),
  semverLt: version(below),
  semverLte: version(notAbove),
};

/** What one operator has made of values it alone reads again. */
export const operatorRules = rules as Readonly<Record<Comparing, OperatorRules>>;

export const isComparing = (op: string): op is Comparing => Object.hasOwn(operatorRules, op);

export const isOperator = (op: string): op is Operator => op === 'exists' || op === 'segment' || isComparing(op);
