import type { Condition, Flag, FlagDefinition, Rule, Serve } from '@whetstone/shared/contract';
import { z } from 'zod';

/**
 * What is being written. While somebody types it may break the contract's schema (a weight that is text, a name nobody
 * has); what it never breaks is the shape below, so that the form can always show it.
 */
export type FlagDocument = FlagDefinition;
export type SplitServe = Extract<Serve, { split: unknown }>;

export const isSplit = (serve: Serve): serve is SplitServe => 'split' in serve;

const items = <T extends z.ZodType>(item: T) => z.array(item);
const condition = z.looseObject({ values: z.array(z.unknown()).default([]) });
const serve = z.union([
  z.looseObject({ split: items(z.looseObject({})) }),
  z.looseObject({ variant: z.string(), split: z.never().optional() }),
]);
const rules = items(z.looseObject({ id: z.string(), when: items(condition), serve }));

const Shape = z.looseObject({
  key: z.string(),
  enabled: z.boolean(),
  variants: z.record(z.string(), z.unknown()),
  offVariant: z.string(),
  rules: rules.default([]),
  fallthrough: serve,
  prerequisites: items(z.looseObject({ flag: z.string(), variants: items(z.string()) })).optional(),
  overrides: items(
    z.looseObject({ attribute: z.string().default('userId'), values: items(z.string()), variant: z.string() }),
  ).optional(),
  schedule: items(
    z.looseObject({
      at: z.string(),
      set: z.looseObject({ rules: rules.optional(), fallthrough: serve.optional(), enabled: z.boolean().optional() }),
    }),
  ).optional(),
  rollout: z.looseObject({ steps: items(z.looseObject({ at: z.string() })) }).optional(),
  tags: items(z.string()).optional(),
});

export type Shaped = { ok: true; document: FlagDocument } | { ok: false; why: string };

/** Whether the form can show a JSON value. What the contract says of it beyond that is the matter of `complaintsOf`. */
export function shapeOf(json: unknown): Shaped {
  const result = Shape.safeParse(json);
  if (result.success) return { ok: true, document: withoutServerFields(result.data) };
  const [issue] = result.error.issues;
  return { ok: false, why: `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'cannot be read'}` };
}

/** What lists and dry runs say beside a flag is no part of it: the evaluator refuses members that it does not know. */
export function withoutRemarks(flag: Flag): Flag {
  const remarks = new Set(['lastEvaluatedAt', 'staleReasons', 'dryRun', 'diff', 'moves']);
  // What is left are the members of a flag.
  return Object.fromEntries(Object.entries(flag).filter(([name]) => !remarks.has(name))) as Flag;
}

export const documentOf = (flag: Flag): FlagDocument => withoutServerFields(flag);

/** The cast holds by `Shape`; what it leaves open is what `complaintsOf` names. */
function withoutServerFields(flag: object): FlagDocument {
  const { version: _v, createdAt: _c, updatedAt: _u, archivedAt: _a, ...document } = flag as Flag;
  return document;
}

/** Off for everyone until somebody says otherwise. */
export const newDocument = (key: string): FlagDocument => ({
  key,
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'off' },
});

export function newRule(document: FlagDocument): Rule {
  const taken = new Set(document.rules.map(({ id }) => id));
  let n = document.rules.length + 1;
  while (taken.has(`rule-${n}`)) n++;
  return { id: `rule-${n}`, when: [newCondition()], serve: { variant: firstOn(document) } };
}

export const newCondition = (): Condition => ({ attribute: 'userId', op: 'in', values: [] });

/** The variant that turning something on most likely means. */
export const firstOn = ({ variants, offVariant }: FlagDocument): string =>
  Object.keys(variants).find((name) => name !== offVariant) ?? offVariant;

/** A share of what was fixed before, or the other way round, so that switching loses as little as it can. */
export function asSplit(current: Serve, { offVariant }: FlagDocument): SplitServe {
  if (isSplit(current)) return current;
  return { split: [{ variant: current.variant, weight: 100 }], coverage: 25, otherwise: offVariant, by: 'userId' };
}

export function asFixed(current: Serve): Serve {
  if (!isSplit(current)) return current;
  const heaviest = current.split.reduce((most, share) => (share.weight > most.weight ? share : most));
  return { variant: heaviest.variant };
}
