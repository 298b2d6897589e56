import type { operators } from '../contract/flag-document.ts';
import { search } from './matches.ts';
import { compilePattern, sizeOfPattern } from './pattern.ts';
import { isText, Unreadable } from './reading.ts';
import { instantOf, numberOf, textOf, type Scalar } from './scalar.ts';
import { compareVersions, parseVersion } from './semver.ts';

export type Operator = (typeof operators)[number];

export interface ConditionDocument {
  attribute: string;
  op: Operator;
  values: readonly Scalar[];
  negate?: boolean | undefined;
}

/** Whether any of the values fits; `undefined` when the attribute is of a type the operator cannot read. */
export type Test = (attribute: Scalar) => boolean | undefined;

/** What compares: every operator but `exists` and `segment`, which look at more or less than one text. */
export type Comparing = Exclude<Operator, 'exists' | 'segment'>;

export interface OperatorRules {
  /** `undefined` for a value that it cannot compare with; a SyntaxError for a pattern that is none. Absent: any will do. */
  readonly value?: (value: Scalar) => unknown;
  readonly mostValues?: number;
  /** Characters it reads: of a text, or of all the texts of a list together, separators counted. */
  readonly longest?: number;
  /** Throws Unreadable. */
  readonly compile: (values: readonly Scalar[]) => Test;
}

/** Up to here a list is as fast as a set, and much faster to make. */
const fewValues = 8;

/** Whether a text is one of many. */
export function oneOf(wanted: readonly string[]): (text: string) => boolean {
  if (wanted.length <= fewValues) return (text) => wanted.includes(text);
  const set = new Set(wanted);
  return (text) => set.has(text);
}

const anything: OperatorRules = {
  compile(values) {
    // Not by `oneOf`: this is the commonest condition, and a call within a call shows.
    const wanted = values.every(isText) ? values : values.map(textOf);
    if (wanted.length <= fewValues) return (attribute) => wanted.includes(textOf(attribute));
    const set = new Set(wanted);
    return (attribute) => set.has(textOf(attribute));
  },
};

interface Comparison<V, A> {
  value: (value: Scalar) => V | undefined;
  attribute: (attribute: Scalar) => A | undefined;
  fits: (attribute: A, value: V) => boolean;
}

const comparing = <V, A>({ value, attribute, fits }: Comparison<V, A>): OperatorRules => ({
  value,
  compile(values) {
    const wanted = values.map((one, i) => {
      const readable = value(one);
      if (readable === undefined) throw new Unreadable(`values.${i}: nothing to compare with: "${one}"`);
      return readable;
    });
    return (one) => {
      const found = attribute(one);
      return found === undefined ? undefined : wanted.some((readable) => fits(found, readable));
    };
  },
});

const text = (fits: (attribute: string, value: string) => boolean) =>
  comparing({ value: (value) => (isText(value) && value !== '' ? value : undefined), attribute: textOf, fits });

/** See `mostStates` of the patterns. */
export const longestMatched = 256;

const pattern: OperatorRules = {
  ...comparing({
    value: (value) => (isText(value) ? compilePattern(value) : undefined),
    attribute: textOf,
    fits: (attribute, value) => search(value, attribute).found,
  }),
  // Read, not built: a document may hold thousands that are too much together.
  value: (value) => (isText(value) ? sizeOfPattern(value) : undefined),
  mostValues: 10,
  longest: longestMatched,
};

/** An order over what is read of the attribute and of the values. */
const ordered =
  <T>(read: (value: Scalar) => T | undefined, compare: (a: T, b: T) => number) =>
  (fits: (order: number) => boolean) =>
    comparing({ value: read, attribute: read, fits: (a: T, b: T) => fits(compare(a, b)) });

const minus = (a: number, b: number) => a - b;
const number = ordered(numberOf, minus);
const instant = ordered(instantOf, minus);
const version = ordered((value) => parseVersion(textOf(value)), compareVersions);

const above = (order: number) => order > 0;
const below = (order: number) => order < 0;
const notBelow = (order: number) => order >= 0;
const notAbove = (order: number) => order <= 0;

export const operatorRules: Readonly<Record<Comparing, OperatorRules>> = {
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

export const isComparing = (op: string): op is Comparing => Object.hasOwn(operatorRules, op);

export const isOperator = (op: string): op is Operator => op === 'exists' || op === 'segment' || isComparing(op);
