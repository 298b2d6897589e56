import type { ReaderOf } from './attributes.ts';
import { compileOff, compileServe, type CompiledServe, type Served, type Serving } from './compile-serve.ts';
import { compileCondition, conditionComplaint, type CompiledCondition } from './condition.ts';
import { isOperator, type ConditionComplaint, type ConditionDocument } from './operators.ts';
import { patternBudget } from './pattern-budget.ts';
import {
  flag as boolean,
  integer,
  knowAll,
  record,
  records,
  refuse,
  scalars,
  text,
  texts,
  Unreadable,
  type Json,
} from './reading.ts';
import { instantOf } from './scalar.ts';

export type CompiledFlag = ReadableFlag | UnreadableFlag;

export interface ReadableFlag {
  readonly kind: 'readable';
  readonly key: string;
  readonly version: number;
  readonly createdAt: string;
  readonly off: Served;
  readonly prerequisites: readonly Prerequisite[];
  /** By time; the first is in force from ever. */
  readonly phases: readonly [Phase, ...Phase[]];
}

/** One whose rules we cannot read, but whose off variant we can. */
interface UnreadableFlag {
  readonly kind: 'unreadable';
  readonly key: string;
  readonly version: number;
  readonly off: Served;
  readonly why: string;
}

export interface Prerequisite {
  readonly flag: string;
  readonly variants: readonly string[];
}

/** The decisions of a flag between two scheduled changes. */
export interface Phase {
  readonly fromMs: number;
  /** The scheduled time as written; none for the first. */
  readonly at?: string;
  readonly enabled: boolean;
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
}

export interface CompiledRule {
  readonly id: string;
  readonly when: readonly CompiledCondition[];
  readonly serve: CompiledServe;
}

/** What the parts of one flag share. */
interface Scope extends Serving {
  readonly overspent: ReturnType<typeof patternBudget>;
}

/** Throws Unreadable. */
export function compileFlag(json: Json, readerOf: ReaderOf): ReadableFlag {
  const { key, salt = key, createdAt = '', prerequisites = none } = json;
  const off = compileOff(json);
  const prefix = `${text(salt, 'salt')}/`;
  const variants = record(json['variants'], 'variants');
  return {
    kind: 'readable',
    key: text(key, 'key'),
    version: integer(json['version'], 'version'),
    createdAt: text(createdAt, 'createdAt'),
    off,
    prerequisites: records(prerequisites, 'prerequisites').map((prerequisite) => ({
      flag: text(prerequisite['flag'], 'flag'),
      variants: texts(prerequisite['variants'], 'variants'),
    })),
    phases: compilePhases(json, { prefix, variants, off, readerOf, overspent: patternBudget() }),
  };
}

/** Scheduled changes add up in the order of their times. */
function compilePhases(json: Json, scope: Scope): [Phase, ...Phase[]] {
  const { enabled, rules = none, fallthrough, schedule = none } = json;
  let phase: Phase = {
    fromMs: -Infinity,
    enabled: boolean(enabled, 'enabled'),
    rules: compileRules(rules, scope),
    fallthrough: compileServe(record(fallthrough, 'fallthrough'), scope),
  };
  const phases: [Phase, ...Phase[]] = [phase];
  const changes = records(schedule, 'schedule').map((change) => compileChange(change, scope));
  for (const change of changes.sort((a, b) => a.fromMs - b.fromMs)) {
    phase = { ...phase, ...change };
    phases.push(phase);
  }
  return phases;
}

function compileChange(change: Json, scope: Scope): Partial<Phase> & { fromMs: number; at: string } {
  const { enabled, rules, fallthrough } = knowAll(record(change['set'], 'set'), membersOfSet);
  const at = text(change['at'], 'at');
  return {
    at,
    fromMs: instantOf(at) ?? refuse('at', 'an ISO-8601 instant'),
    ...(enabled !== undefined && { enabled: boolean(enabled, 'enabled') }),
    ...(rules !== undefined && { rules: compileRules(rules, scope) }),
    ...(fallthrough !== undefined && { fallthrough: compileServe(record(fallthrough, 'fallthrough'), scope) }),
  };
}

function compileRules(rules: unknown, scope: Scope): CompiledRule[] {
  return records(rules, 'rules').map((rule) => ({
    id: text(rule['id'], 'id'),
    when: records(rule['when'], 'when').map((condition) => readCondition(condition, scope)),
    serve: compileServe(record(rule['serve'], 'serve'), scope),
  }));
}

function readCondition(json: Json, { readerOf, overspent }: Scope): CompiledCondition {
  const { attribute, op, values = none, negate = false } = knowAll(json, membersOfCondition);
  const condition: ConditionDocument = {
    attribute: text(attribute, 'attribute'),
    op: operator(text(op, 'op')),
    values: scalars(values, 'values'),
    negate: boolean(negate, 'negate'),
  };
  const complaint = conditionComplaint(condition) ?? overspent(condition);
  if (complaint) throw new Unreadable(sentenceOf(complaint));
  return compileCondition(condition, readerOf(condition.attribute));
}

const operator = (name: string) =>
  isOperator(name) ? name : refuse('op', `an operator that this version knows, not "${name}"`);

const sentenceOf = ({ path, message }: ConditionComplaint) => `${path.join('.')}: ${message}`;

const none: readonly never[] = [];
const membersOfSet = ['enabled', 'rules', 'fallthrough'];
const membersOfCondition = ['attribute', 'op', 'values', 'negate'];
