import type { EvaluationContext, Flag, Segment } from '@whetstone/shared/contract';
import { compileRuleset, evaluate, isFirstClass, type CompiledRuleset } from '@whetstone/shared/flags';
import { isSplit, type FlagDocument } from './document.ts';

/** What somebody types: the name of an attribute, and its text. */
export interface Typed {
  name: string;
  text: string;
}

/** As a GET with these query names would say it; what is empty is missing. */
export function contextOf(typed: readonly Typed[]): EvaluationContext {
  const context: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  for (const { name, text } of typed) {
    if (text === '' || name === '') continue;
    if (isFirstClass(name)) context[name] = text;
    else Object.defineProperty(attributes, name, { value: text, enumerable: true });
  }
  return Object.keys(attributes).length > 0 ? { ...context, attributes } : context;
}

/** The attributes that decide something in a flag, most telling first. */
export function attributesOf({ rules, fallthrough, overrides = [], schedule = [] }: FlagDocument): string[] {
  const names = new Set<string>(['userId', 'repoId']);
  const addRules = (list: FlagDocument['rules']) => {
    for (const { when, serve } of list) {
      for (const { attribute } of when) names.add(attribute);
      addServe(serve);
    }
  };
  const addServe = (serve: FlagDocument['fallthrough']) => {
    if (isSplit(serve)) for (const name of [serve.by, serve.sticky]) if (name) names.add(name);
  };
  addRules(rules);
  addServe(fallthrough);
  for (const { attribute } of overrides) names.add(attribute);
  for (const { set } of schedule) {
    if (set.rules) addRules(set.rules);
    if (set.fallthrough) addServe(set.fallthrough);
  }
  names.delete('');
  return [...names];
}

/** The project's rules as they are stored. */
export const compiledProject = (flags: readonly Flag[], segments: readonly Segment[]): CompiledRuleset | undefined =>
  compileRuleset({ revision: 0, flags, segments });

/** The project's rules with the draft in the place of its flag. What is not drafted is taken over from `project`. */
export function withDraft(
  document: FlagDocument,
  version: number,
  project: { flags: readonly Flag[]; segments: readonly Segment[]; compiled: CompiledRuleset | undefined },
): CompiledRuleset | undefined {
  // No stored flag was made at this time, so that no compiled version of another draft is taken for this one.
  const draft = { ...document, version, createdAt: 'draft' };
  const others = project.flags.filter(({ key }) => key !== document.key);
  return compileRuleset({ revision: 0, flags: [...others, draft], segments: project.segments }, project.compiled);
}

/** Beside the answer, the first answers of sticky splits that it would be the first for: here none is known yet. */
export type Evaluated = NonNullable<ReturnType<typeof evaluate>>;

export const preview = (
  ruleset: CompiledRuleset,
  key: string,
  typed: readonly Typed[],
  nowMs: number,
): Evaluated | undefined => evaluate(ruleset, key, contextOf(typed), { nowMs, explain: true });
