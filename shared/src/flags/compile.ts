import { compileServe, compileVariants, type CompiledServe, type Served, type Variants } from './compile-serve.ts';
import { compileCondition, conditionComplaint, type CompiledCondition } from './condition.ts';
import { isOperator } from './operators.ts';
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

/** Throws Unreadable. */
export function compileFlag(flag: Json): ReadableFlag {
  const variants = compileVariants(flag);
  return {
    kind: 'readable',
    key: text(flag, 'key'),
    version: integer(flag, 'version'),
    createdAt: text(flag, 'createdAt', ''),
    off: variants.off,
    prerequisites: records(flag, 'prerequisites', []).map((prerequisite) => ({
      flag: text(prerequisite, 'flag'),
      variants: texts(prerequisite, 'variants'),
    })),
    phases: compilePhases(flag, variants),
  };
}

/** Scheduled changes add up in the order of their times. */
function compilePhases(flag: Json, variants: Variants): [Phase, ...Phase[]] {
  let phase: Phase = {
    fromMs: -Infinity,
    enabled: boolean(flag, 'enabled'),
    rules: compileRules(flag, variants),
    fallthrough: compileServe(record(flag, 'fallthrough'), variants),
  };
  const phases: [Phase, ...Phase[]] = [phase];
  const changes = records(flag, 'schedule', []).map((change) => compileChange(change, variants));
  for (const change of changes.sort((a, b) => a.fromMs - b.fromMs)) {
    phase = { ...phase, ...change };
    phases.push(phase);
  }
  return phases;
}

function compileChange(change: Json, variants: Variants): Partial<Phase> & { fromMs: number; at: string } {
  const set = knowAll(record(change, 'set'), ['enabled', 'rules', 'fallthrough']);
  const at = text(change, 'at');
  return {
    at,
    fromMs: instantOf(at) ?? refuse('at', 'an ISO-8601 instant'),
    ...(set['enabled'] !== undefined && { enabled: boolean(set, 'enabled') }),
    ...(set['rules'] !== undefined && { rules: compileRules(set, variants) }),
    ...(set['fallthrough'] !== undefined && { fallthrough: compileServe(record(set, 'fallthrough'), variants) }),
  };
}

function compileRules(holder: Json, variants: Variants): CompiledRule[] {
  return records(holder, 'rules', []).map((rule) => ({
    id: text(rule, 'id'),
    when: records(rule, 'when').map(readCondition),
    serve: compileServe(record(rule, 'serve'), variants),
  }));
}

function readCondition(json: Json): CompiledCondition {
  const op = text(knowAll(json, ['attribute', 'op', 'values', 'negate']), 'op');
  const condition = {
    attribute: text(json, 'attribute'),
    op: isOperator(op) ? op : refuse('op', `an operator that this version knows, not "${op}"`),
    values: scalars(json, 'values', []),
    negate: boolean(json, 'negate', false),
  };
  const complaint = conditionComplaint(condition);
  if (complaint) throw new Unreadable(`${complaint.path.join('.')}: ${complaint.message}`);
  return compileCondition(condition);
}
