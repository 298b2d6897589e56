import type { operators } from '../contract/flag-document.ts';
import { search } from './matches.ts';
import { compilePattern, patternComplaint } from './pattern.ts';
import { isText } from './reading.ts';
import { instantOf, numberOf, textOf, type Scalar } from './scalar.ts';
import { compareVersions, parseVersion } from './semver.ts';

export type Operator = (typeof operators)[number];

export interface ConditionDocument {
  attribute: string;
  op: Operator;
  values: readonly Scalar[];
  negate?: boolean | undefined;
}

/** Path within the condition, and what is expected there. */
export interface ConditionComplaint {
  path: (string | number)[];
  message: string;
}

/** Whether any of the values fits; `undefined` when the attribute is of a type the operator cannot read. */
export type Test = (attribute: Scalar) => boolean | undefined;

export interface OperatorRules {
  /** For sentences: what it reads, and what holds, of which the first word is denied by "not". */
  readonly reads: string;
  readonly phrase: string;
  /** What is wrong with one of `values`, when written; absent where nothing can be. */
  readonly complaint?: (value: Scalar) => string | undefined;
  readonly mostValues?: number;
  /** Characters it reads: of a text, or of all the texts of a list together, separators counted. */
  readonly longest?: number;
  readonly compile: (values: readonly Scalar[]) => Test;
}

/** Up to here a list is as fast as a set, and much faster to make. */
const fewValues = 8;

const anything: OperatorRules = {
  reads: 'text, a number or a boolean',
  phrase: 'is in',
  compile: (values) => {
    const wanted = values.every(isText) ? values : values.map(textOf);
    if (wanted.length <= fewValues) return (attribute) => wanted.includes(textOf(attribute));
    const set = new Set(wanted);
    return (attribute) => set.has(textOf(attribute));
  },
};

const text = (phrase: string, fits: (attribute: string, value: string) => boolean): OperatorRules => ({
  reads: 'text',
  phrase,
  complaint: (value) => (typeof value === 'string' && value !== '' ? undefined : 'expected text that is not empty'),
  compile: (values) => {
    const wanted = values.map(textOf);
    return (attribute) => wanted.some((value) => fits(textOf(attribute), value));
  },
});

/** See `mostStates` of the patterns. */
const longestMatched = 256;

const pattern: OperatorRules = {
  reads: `text of at most ${longestMatched} characters`,
  phrase: 'does match',
  mostValues: 10,
  longest: longestMatched,
  complaint: (value) => (typeof value === 'string' ? patternComplaint(value) : 'expected a pattern as text'),
  compile: (values) => {
    const wanted = values.map((value) => compilePattern(textOf(value)));
    return (attribute) => wanted.some((compiled) => search(compiled, textOf(attribute)).found);
  },
};

/** An order over what `read` makes of the attribute and of the values. */
interface Scale<T> {
  reads: string;
  expected: string;
  read: (value: Scalar) => T | undefined;
  compare: (a: T, b: T) => number;
}

type Fits = (order: number) => boolean;

const ordered = <T>({ reads, expected, read, compare }: Scale<T>, phrase: string, fits: Fits): OperatorRules => ({
  reads,
  phrase,
  complaint: (value) => (read(value) === undefined ? `expected ${expected}` : undefined),
  compile: (values) => {
    const wanted = values.map(read).filter((value) => value !== undefined);
    return (attribute) => {
      const found = read(attribute);
      return found === undefined ? undefined : wanted.some((value) => fits(compare(found, value)));
    };
  },
});

const numbers: Scale<number> = {
  reads: 'a number',
  expected: 'a number or numeric text',
  read: numberOf,
  compare: (a, b) => a - b,
};
const instants: Scale<number> = {
  reads: 'a time',
  expected: 'an ISO-8601 instant such as 2026-03-01T09:00:00Z, or milliseconds since 1970',
  read: instantOf,
  compare: (a, b) => a - b,
};
const versions = {
  reads: 'a version',
  expected: 'a version such as 1.2.3, 2 or 2.0.0-beta.1',
  read: (value: Scalar) => parseVersion(textOf(value)),
  compare: compareVersions,
};

const equal: Fits = (order) => order === 0;
const above: Fits = (order) => order > 0;
const below: Fits = (order) => order < 0;
const notBelow: Fits = (order) => order >= 0;
const notAbove: Fits = (order) => order <= 0;

/** Every operator but `exists`, which looks at no value. Segments are not carried by the ruleset yet: none holds. */
export const operatorRules: Readonly<Record<Exclude<Operator, 'exists'>, OperatorRules>> = {
  in: anything,
  contains: text('does contain', (attribute, value) => attribute.includes(value)),
  startsWith: text('does start with', (attribute, value) => attribute.startsWith(value)),
  endsWith: text('does end with', (attribute, value) => attribute.endsWith(value)),
  matches: pattern,
  gt: ordered(numbers, 'is above', above),
  gte: ordered(numbers, 'is at least', notBelow),
  lt: ordered(numbers, 'is below', below),
  lte: ordered(numbers, 'is at most', notAbove),
  before: ordered(instants, 'is before', below),
  after: ordered(instants, 'is after', above),
  semverEq: ordered(versions, 'is version', equal),
  semverGt: ordered(versions, 'is above version', above),
  semverGte: ordered(versions, 'is at least version', notBelow),
  semverLt: ordered(versions, 'is below version', below),
  semverLte: ordered(versions, 'is at most version', notAbove),
  segment: { ...text('is in segment', () => false), compile: () => () => undefined },
};

export const isOperator = (name: string): name is Operator => name === 'exists' || Object.hasOwn(operatorRules, name);
