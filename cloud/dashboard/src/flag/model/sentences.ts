import type { Condition, Override, Rule, ScheduledChange, Serve } from '@whetstone/shared/contract';
import { isSplit, type SplitServe } from './document.ts';

/** A piece of a sentence: `name` is something of the flag's or a context's, `value` what it is compared with. */
export interface Word {
  kind: 'text' | 'name' | 'value';
  text: string;
}

export type Sentence = readonly Word[];

export const plain = (sentence: Sentence): string => sentence.map(({ text }) => text).join('');

const text = (text: string): Word => ({ kind: 'text', text });
const name = (text: string): Word => ({ kind: 'name', text });
const value = (text: string): Word => ({ kind: 'value', text });

/** 'if repoId is one of acme/api, acme/web, serve new-fixer to 25 % by userId, everyone else off' */
export function ruleSentence({ when, serve }: Rule, offVariant: string): Sentence {
  return [...whenSentence(when), ...serveSentence(serve, offVariant)];
}

export function whenSentence(when: readonly Condition[]): Sentence {
  if (when.length === 0) return [text('always ')];
  return [text('if '), ...separated(when.map(conditionSentence), ' and '), text(', ')];
}

/** What the editor's list of operators says, and what stands between attribute and values: [plain, negated]. */
export const operatorWords: Readonly<Record<Condition['op'], readonly [string, string]>> = {
  in: ['is one of', 'is none of'],
  contains: ['contains', 'does not contain'],
  startsWith: ['starts with', 'does not start with'],
  endsWith: ['ends with', 'does not end with'],
  matches: ['matches', 'does not match'],
  gt: ['is above', 'is not above'],
  gte: ['is at least', 'is not at least'],
  lt: ['is below', 'is not below'],
  lte: ['is at most', 'is not at most'],
  before: ['is before', 'is not before'],
  after: ['is after', 'is not after'],
  semverEq: ['is version', 'is not version'],
  semverGt: ['is above version', 'is not above version'],
  semverGte: ['is at least version', 'is not at least version'],
  semverLt: ['is below version', 'is not below version'],
  semverLte: ['is at most version', 'is not at most version'],
  exists: ['is there', 'is missing'],
  segment: ['is in segment', 'is in no segment'],
};

export function conditionSentence({ attribute, op, values, negate }: Condition): Sentence {
  const [holds, fails] = operatorWords[op] ?? [String(op), `not ${String(op)}`];
  const phrase = negate ? fails : holds;
  if (op === 'exists') return [name(attribute), text(` ${phrase}`)];
  const one = op === 'in' && values.length === 1 ? (negate ? 'is not' : 'is') : phrase;
  return [
    name(attribute),
    text(` ${one} `),
    ...listed(values.map(show), negate ? ' or ' : op === 'in' ? ', ' : ' or '),
  ];
}

export function serveSentence(serve: Serve, offVariant: string): Sentence {
  if (!isSplit(serve)) return [text('serve '), name(serve.variant)];
  return [text('serve '), ...sharesSentence(serve), ...aboutUnits(serve, offVariant)];
}

function sharesSentence({ split, coverage = 100 }: SplitServe): Sentence {
  const total = split.reduce((sum, { weight }) => sum + Number(weight), 0);
  const served = split.filter(({ weight }) => Number(weight) !== 0);
  if (served.length === 1 && served[0]) return [name(served[0].variant), text(` to ${percent(coverage)}`)];
  const shares = served.map(({ variant, weight }): Sentence => [
    name(variant),
    text(` ${percent((Number(weight) / total) * 100)}`),
  ]);
  const of = coverage === 100 ? [] : [text(` of ${percent(coverage)}`)];
  return [...separated(shares, ', '), ...of];
}

function aboutUnits(
  { by = 'userId', coverage = 100, otherwise, sticky, hash }: SplitServe,
  offVariant: string,
): Sentence {
  return [
    text(' by '),
    name(by),
    ...(coverage === 100 ? [] : [text(', everyone else '), name(otherwise ?? offVariant)]),
    ...(sticky === undefined ? [] : [text(', kept for each '), name(sticky)]),
    ...(hash === undefined ? [] : [text(', bucketed as flagd does')]),
  ];
}

export function overrideSentence({ attribute, values, variant, expiresAt }: Override): Sentence {
  const until = expiresAt === undefined ? [] : [text(' until '), value(expiresAt)];
  return [
    name(attribute),
    text(values.length === 1 ? ' ' : ' one of '),
    ...listed(values, ', '),
    text(' gets '),
    name(variant),
    ...until,
  ];
}

export function changeSentence({ set }: Pick<ScheduledChange, 'set'>, offVariant: string): Sentence {
  const parts: Sentence[] = [];
  if (set.enabled !== undefined) parts.push([text(set.enabled ? 'turn on' : 'turn off')]);
  if (set.rules)
    parts.push([
      text(set.rules.length === 0 ? 'drop all rules' : `replace the rules by ${count(set.rules.length, 'rule')}`),
    ]);
  if (set.fallthrough) parts.push([text('by default '), ...serveSentence(set.fallthrough, offVariant)]);
  return parts.length === 0 ? [text('change nothing')] : separated(parts, '; ');
}

/** At most three decimals, as a share is worth no more. */
export const percent = (share: number): string => (Number.isFinite(share) ? `${Number(share.toFixed(3))} %` : '- %');

export const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;

const mostListed = 4;

function listed(values: readonly string[], between: string): Sentence {
  if (values.length === 0) return [value('(nothing yet)')];
  const shown = values.slice(0, values.length > mostListed + 1 ? mostListed : values.length).map((one) => [value(one)]);
  const rest = values.length - shown.length;
  return [...separated(shown, between), ...(rest > 0 ? [text(` and ${rest} more`)] : [])];
}

const separated = (parts: readonly Sentence[], between: string): Sentence =>
  parts.flatMap((part, i) => (i === 0 ? part : [text(between), ...part]));

/** Text as it is, unless nobody would see it. */
const show = (scalar: unknown): string =>
  typeof scalar === 'string'
    ? scalar.trim() === scalar && scalar !== ''
      ? scalar
      : JSON.stringify(scalar)
    : String(scalar);
