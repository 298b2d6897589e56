import type { ReaderOf } from './attributes.ts';
import { compileWhen, type ConditionScope } from './compile.ts';
import { patternBudget } from './pattern-budget.ts';
import { integer, knowAll, records, text, texts, type Json } from './reading.ts';
import type { CompiledSegment } from './segment-membership.ts';

/** Throws Unreadable. */
export function compileSegment(json: Json, readerOf: ReaderOf): CompiledSegment {
  const { key, version, createdAt = '', included = none, excluded = none, rules = none } = knowAll(json, members);
  const scope: ConditionScope = { readerOf, share: undefined, budget: patternBudget(), segments: new Set() };
  return {
    key: text(key, 'key'),
    version: integer(version, 'version'),
    createdAt: text(createdAt, 'createdAt'),
    included: new Set(texts(included, 'included')),
    excluded: new Set(texts(excluded, 'excluded')),
    rules: records(rules, 'rules').map((rule) => compileWhen(knowAll(rule, membersOfRule)['when'], scope)),
    segments: [...scope.segments],
    patternStates: scope.budget.spent(),
  };
}

const none: readonly never[] = [];
const members = ['key', 'description', 'included', 'excluded', 'rules', 'version', 'createdAt', 'updatedAt'];
const membersOfRule = ['when'];
