import { FlagdCore } from '@openfeature/flagd-core';
import type { FlagDefinition } from '../../src/contract/flags.ts';
import { compileRuleset, contextFromOpenFeature, evaluate } from '../../src/flags/index.ts';

export interface Served {
  variant: string | undefined;
  value: unknown;
}

type Ask = (key: string, context: Record<string, unknown>) => Served;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * flagd's own evaluator over a document, which it must take. Interpreted, since code that it generates hashes "seednull" where
 * the attribute after a seed is missing; JSONLogic itself, and our import, make an empty text of it.
 */
export function flagdOver(document: unknown): Ask {
  const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration: true });
  core.setConfigurations(JSON.stringify(document));
  return (key, context) => {
    const flag = core.getFlag(key);
    if (!flag) throw new Error(`flagd has no flag ${key}`);
    const { variant, value, reason, errorMessage } = flag.evaluate(context as never, silent);
    if (reason === 'ERROR') throw new Error(`flagd on ${key} with ${JSON.stringify(context)}: ${errorMessage}`);
    return { variant, value };
  };
}

/** Ours over definitions. */
export function oursOver(flags: readonly FlagDefinition[]): Ask {
  const times = { version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
  const ruleset = compileRuleset({ revision: 1, flags: flags.map((flag) => ({ ...flag, ...times })) });
  if (!ruleset || ruleset.unreadable.size > 0) throw new Error(JSON.stringify([...(ruleset?.unreadable ?? [])]));
  return (key, context) => {
    const { variant, value } = evaluate(ruleset, key, contextFromOpenFeature(context), { nowMs: 0 })!;
    return { variant, value };
  };
}
