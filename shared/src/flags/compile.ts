import type { ReaderOf } from './attributes.ts';
import { compileOff, compileServe, served, type Served, type Serving } from './compile-serve.ts';
import { compileCondition, type CompiledCondition } from './condition.ts';
import { isOperator, type ConditionDocument } from './operators.ts';
import { patternBudget, type PatternBudget } from './pattern-budget.ts';
import { compilePhases, type CompiledRule, type Phased } from './phases.ts';
import { seedOf, type Seed } from './murmur3.ts';
import {
  flag as boolean,
  instant,
  integer,
  isScalar,
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
import type { Share } from './sharing.ts';

export type CompiledFlag = ReadableFlag | UnreadableFlag;

/** What an evaluation looks at comes first, so that it lies side by side. */
export interface ReadableFlag extends Phased {
  readonly kind: 'readable';
  readonly key: string;
  readonly version: number;
  readonly off: Served;
  /** Of what stands before the unit in the text that its splits hash. */
  readonly seed: Seed;
  readonly salt: string;
  readonly prerequisites: readonly Prerequisite[];
  readonly overrides: readonly CompiledOverride[];
  readonly createdAt: string;
  /** The segments that its rules ask about. */
  readonly segments: readonly string[];
  readonly patternStates: number;
}

/** One whose rules we cannot read, but whose off variant we can. */
export interface UnreadableFlag {
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

/** Units that get a variant whatever the rules say. */
export interface CompiledOverride {
  readonly names: CompiledCondition;
  readonly served: Served;
  /** Exclusive; Infinity for one that stays. */
  readonly untilMs: number;
  readonly expiresAt: string | undefined;
}

/** What the conditions of one flag or segment share. */
export interface ConditionScope {
  readonly readerOf: ReaderOf;
  /** For a ruleset that is large. */
  readonly share: Share | undefined;
  readonly budget: PatternBudget;
  /** Collects the segments that are asked about. */
  readonly segments: Set<string>;
}

interface Scope extends Serving, ConditionScope {}

/** Throws Unreadable. */
export function compileFlag(json: Json, readerOf: ReaderOf, share: Share | undefined): ReadableFlag {
  const { key, salt = key, createdAt = '', prerequisites = none, overrides = none } = knowAll(json, membersOfFlag);
  const off = compileOff(json);
  const variants = record(json['variants'], 'variants');
  checkType(variants, json['type']);
  const scope: Scope = { variants, off, readerOf, share, budget: patternBudget(), segments: new Set() };
  const once = onceFor(scope);
  const { enabled, rules, fallthrough, later } = compilePhases(json, {
    rules: (list) =>
      once(
        list,
        listOf(list, 'rules', (rule) => compileRule(rule, scope)),
      ),
    serve: (serve) => once(serve, compileServe(record(serve, 'fallthrough'), scope)),
  });
  return {
    kind: 'readable',
    key: text(key, 'key'),
    version: integer(json['version'], 'version'),
    off,
    enabled,
    rules,
    fallthrough,
    later,
    prerequisites: listOf(prerequisites, 'prerequisites', compilePrerequisite),
    overrides: listOf(overrides, 'overrides', (override) => compileOverride(override, scope)),
    salt: text(salt, 'salt'),
    seed: seedOf(`${text(salt, 'salt')}/`),
    createdAt: text(createdAt, 'createdAt'),
    segments: scope.segments.size > 0 ? [...scope.segments] : none,
    patternStates: scope.budget.spent(),
  };
}

/** One part for all flags in which it means the same: those of the same few variants. */
function onceFor({ variants, off, share }: Scope): Once {
  const alike = share && Object.values(variants).every(isScalar) ? JSON.stringify([off.variant, variants]) : '';
  return share && alike !== '' && alike.length <= longestAlike
    ? (document, part) => share(alike + JSON.stringify(document), () => part)
    : (_, part) => part;
}

type Once = <T>(document: unknown, part: T) => T;

const listOf = <T>(list: unknown, name: string, compile: (json: Json) => T): readonly T[] => {
  const compiled = records(list, name).map(compile);
  return compiled.length > 0 ? compiled : none;
};

const typesToCheck: readonly unknown[] = ['boolean', 'string', 'number'];

/** `json` is anything, and so is a type that we do not know: it changes no decision. */
function checkType(variants: Json, type: unknown): void {
  if (!typesToCheck.includes(type)) return;
  for (const name in variants) if (typeof variants[name] !== type) refuse(name, `a ${String(type)}, as the type says`);
}

function compilePrerequisite(prerequisite: Json): Prerequisite {
  const { flag, variants } = knowAll(prerequisite, membersOfPrerequisite);
  return { flag: text(flag, 'flag'), variants: texts(variants, 'variants') };
}

function compileOverride(override: Json, { readerOf, variants, off }: Scope): CompiledOverride {
  const { attribute = 'userId', values, variant, expiresAt } = knowAll(override, membersOfOverride);
  const by = text(attribute, 'attribute');
  return {
    names: compileCondition({ attribute: by, op: 'in', values: texts(values, 'values') }, readerOf(by)),
    served: served(variants, variant, 'variant', off.variant),
    untilMs: expiresAt === undefined ? Infinity : instant(expiresAt, 'expiresAt'),
    expiresAt: expiresAt === undefined ? undefined : text(expiresAt, 'expiresAt'),
  };
}

function compileRule(rule: Json, scope: Scope): CompiledRule {
  const { id, when, serve } = knowAll(rule, membersOfRule);
  return {
    id: text(id, 'id'),
    when: compileWhen(when, scope),
    serve: compileServe(record(serve, 'serve'), scope),
  };
}

/** Throws Unreadable. */
export const compileWhen = (when: unknown, scope: ConditionScope): CompiledCondition[] =>
  records(when, 'when').map((condition) => readCondition(condition, scope));

function readCondition(json: Json, { readerOf, share, budget, segments }: ConditionScope): CompiledCondition {
  const { attribute, op, values = none, negate = false } = knowAll(json, membersOfCondition);
  const condition: ConditionDocument = {
    attribute: text(attribute, 'attribute'),
    op: operator(text(op, 'op')),
    values: scalars(values, 'values'),
    negate: boolean(negate, 'negate'),
  };
  const overspent = budget.complaint(condition);
  if (overspent) throw new Unreadable(`${overspent.path.join('.')}: ${overspent.message}`);
  if (condition.op === 'segment') for (const key of condition.values) segments.add(String(key));
  const make = () => compileCondition(condition, readerOf(condition.attribute));
  return share ? share(JSON.stringify(json), make) : make();
}

const operator = (name: string) =>
  isOperator(name) ? name : refuse('op', `an operator that this version knows, not "${name}"`);

const none: readonly never[] = [];
/** Of the text of variants: longer ones are rarely alike. */
const longestAlike = 256;
/** All that a flag may have: a member of a newer server may decide, so that not knowing it is not being able to read. */
const membersOfFlag = [
  'key',
  'enabled',
  'variants',
  'offVariant',
  'rules',
  'fallthrough',
  'version',
  'createdAt',
  'updatedAt',
  'description',
  'type',
  'overrides',
  'prerequisites',
  'schedule',
  'rollout',
  'salt',
  'tags',
  'owner',
  'expiresAt',
  'archivedAt',
];
const membersOfPrerequisite = ['flag', 'variants'];
const membersOfOverride = ['attribute', 'values', 'variant', 'expiresAt', 'note'];
const membersOfRule = ['id', 'description', 'when', 'serve'];
const membersOfCondition = ['attribute', 'op', 'values', 'negate'];
