import { z } from 'zod';
import { conditionComplaint } from '../flags/complaints.ts';
import { patternBudget } from '../flags/pattern-budget.ts';

/** Words that are paths below /api/flags and therefore cannot be flag keys. */
const reservedKeys = ['ruleset', 'stream', 'exposures', 'stale', 'segments', 'import', 'export'];

export const FlagKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, 'a flag key is 1 to 128 of a-z 0-9 . _ - and starts with a letter or digit')
  .refine((key) => !reservedKeys.includes(key), 'this word is a path of the API, not a flag key')
  .describe('Flag key, e.g. new-fixer-prompt');

const VariantName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'a variant name is 1 to 128 of A-Z a-z 0-9 . _ - and starts with a letter or digit',
  );

const AttributeName = z.string().min(1).max(128);
export const Instant = z.iso.datetime({
  offset: true,
  error: 'expected an ISO-8601 instant such as 2026-03-01T09:00:00Z',
});

export const operators = [
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'gt',
  'gte',
  'lt',
  'lte',
  'before',
  'after',
  'semverEq',
  'semverGt',
  'semverGte',
  'semverLt',
  'semverLte',
  'exists',
  'segment',
] as const;

/** Holds when any of `values` fits the attribute. A missing or wrong-typed attribute never holds, negated or not. */
export const Condition = z
  .strictObject({
    attribute: AttributeName,
    op: z.enum(operators),
    values: z
      .array(z.union([z.string().max(1024), z.number(), z.boolean()]))
      .max(10_000)
      .default([]),
    negate: z.boolean().optional(),
  })
  .superRefine((condition, context) => {
    const complaint = conditionComplaint(condition);
    if (complaint) context.addIssue({ code: 'custom', path: complaint.path, message: complaint.message });
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

const Weight = z.int().min(0).max(10_000);

/** A fixed variant, or a split by the hash of a unit. The formula stands with `bucketOf` in ../flags/bucketing.ts. */
export const Serve = z
  .union([
    z.strictObject({ variant: VariantName }),
    z
      .strictObject({
        split: z
          .array(z.strictObject({ variant: VariantName, weight: Weight }))
          .min(1)
          .max(100),
        coverage: z
          .number()
          .min(0)
          .max(100)
          .optional()
          .describe('Per cent of each variant that is served; default 100'),
        otherwise: VariantName.optional().describe('Served outside the coverage; default offVariant'),
        by: AttributeName.optional().describe('Attribute that is the unit; default userId'),
        sticky: AttributeName.optional().describe(
          'Attribute whose first answer stays as long as this split can serve it; taskId keeps a task on one variant',
        ),
        hash: z
          .literal('flagd')
          .optional()
          .describe('Buckets as flagd does: the hashed text is salt and unit, unseparated'),
      })
      .superRefine(({ split }, context) => {
        const sum = split.reduce((total, { weight }) => total + weight, 0);
        if (sum < 1 || sum > 10_000) {
          context.addIssue({ code: 'custom', path: ['split'], message: `weights sum to ${sum}, expected 1 to 10000` });
        }
      }),
  ])
  .meta({ id: 'Serve' });
export type Serve = z.infer<typeof Serve>;

const RuleId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a rule id is 1 to 128 of A-Z a-z 0-9 . _ -');

export const Rule = z
  .strictObject({
    id: RuleId,
    description: z.string().max(2000).optional(),
    when: z.array(Condition).max(100).describe('All must hold; none means always'),
    serve: Serve,
  })
  .meta({ id: 'Rule' });
export type Rule = z.infer<typeof Rule>;

const ScheduledChange = z.strictObject({
  at: Instant,
  set: z
    .strictObject({
      enabled: z.boolean().optional(),
      rules: z.array(Rule).max(500).optional(),
      fallthrough: Serve.optional(),
    })
    .refine((set) => Object.keys(set).length > 0, 'sets nothing: name enabled, rules or fallthrough'),
});
export type ScheduledChange = z.infer<typeof ScheduledChange>;

/** Member of every write of a flag, kept beside the version it makes. */
export const Reason = z.string().min(1).max(500).optional().describe('Why, for whoever reads the history');

/** What every variant's value is; `json` is anything. */
export const valueTypes = ['boolean', 'string', 'number', 'json'] as const;

/** Named units get a variant whatever the rules say: for trying out, not for targeting. */
export const Override = z
  .strictObject({
    attribute: AttributeName.default('userId'),
    values: z.array(z.string().min(1).max(1024)).min(1).max(100),
    variant: VariantName,
    expiresAt: Instant.optional().describe('From then on it is as if it were not there'),
    note: z.string().max(500).optional(),
  })
  .meta({ id: 'Override' });
export type Override = z.infer<typeof Override>;

/** What has to be measured before a step comes into force, whatever the clock says. */
export const EvalGate = z
  .strictObject({
    dataset: z.string().min(1).max(64).describe('A whole run on it has to name this flag and the variant of the split'),
    subjectId: z.uuid().optional().describe('Of this subject of evals; default any'),
    minPassRate: z.number().min(0).max(1).optional(),
    maxDropPoints: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('Against the run before; one that has none does not pass'),
    passedAt: Instant.optional().describe('Set by the server alone, with the run that passed it'),
    runId: z.uuid().optional(),
  })
  .meta({ id: 'EvalGate' });
export type EvalGate = z.infer<typeof EvalGate>;

/** The coverage of one split, raised by date. Clients follow it by their own clock, offline too. */
export const RolloutPlan = z
  .strictObject({
    rule: RuleId.optional().describe('The rule whose split it moves; default the fallthrough'),
    steps: z
      .array(z.strictObject({ at: Instant, coverage: z.number().min(0).max(100), gate: EvalGate.optional() }))
      .min(1)
      .max(100)
      .describe(
        'In the order of their times; before the first, the coverage of the split itself holds. Steps behind a closed gate wait, too',
      ),
    pausedAt: Instant.optional().describe('Steps after this do not come into force'),
  })
  .superRefine(({ steps }, context) => {
    const late = steps.findIndex(({ at }, i) => i > 0 && Date.parse(at) <= Date.parse(steps[i - 1]!.at));
    if (late > 0)
      context.addIssue({ code: 'custom', path: ['steps', late, 'at'], message: 'is not after the step before' });
  })
  .meta({ id: 'RolloutPlan' });
export type RolloutPlan = z.infer<typeof RolloutPlan>;

/** The fields a person writes; the server adds version and times. */
const flagFields = {
  key: FlagKey,
  description: z.string().max(2000).optional(),
  enabled: z.boolean().describe('false beats every rule'),
  variants: z
    .record(VariantName, z.unknown())
    .refine((variants) => Object.keys(variants).length > 0, 'needs at least one variant')
    .refine((variants) => Object.keys(variants).length <= 100, 'takes at most 100 variants')
    .describe('Name -> any JSON value'),
  type: z.enum(valueTypes).optional().describe('Of every variant; absent says nothing about it'),
  offVariant: VariantName,
  overrides: z.array(Override).max(100).optional().describe('For trying out; the first that names the unit decides'),
  rules: z.array(Rule).max(500).default([]).describe('The first whose conditions all hold decides'),
  fallthrough: Serve.describe('Decides when no rule does'),
  prerequisites: z
    .array(z.strictObject({ flag: FlagKey, variants: z.array(VariantName).min(1).max(100) }))
    .max(50)
    .optional(),
  schedule: z.array(ScheduledChange).max(100).optional().describe('Changes that come into force by themselves'),
  rollout: RolloutPlan.optional(),
  salt: z.string().max(128).optional().describe('Of the bucketing hash; default the key'),
  tags: z.array(z.string().min(1).max(64)).max(50).optional(),
  owner: z.string().min(1).max(200).optional(),
  expiresAt: Instant.optional(),
};

const serverFields = {
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().optional(),
};

export const Flag = z.object({ ...flagFields, ...serverFields }).meta({ id: 'Flag' });
export type Flag = z.infer<typeof Flag>;

/** What a person decides about a flag: the part that the evaluator reads and a change replaces whole. */
export type FlagDefinition = Omit<Flag, keyof typeof serverFields>;

// A flag that was read may be sent back as it is: what only the server sets is taken and left unread. The last two are
// in lists.
const ignored = {
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
  archivedAt: z.unknown().optional(),
  lastEvaluatedAt: z.unknown().optional(),
  staleReasons: z.unknown().optional(),
};

export const FlagDraft = z
  .strictObject({ ...flagFields, ...ignored, version: z.unknown().optional(), reason: Reason })
  .superRefine(checkReferences);

export const FlagChange = z
  .strictObject({
    ...flagFields,
    ...ignored,
    version: z.int().min(1).describe('The version this change was made from'),
    reason: Reason,
  })
  .superRefine(checkReferences);

/** "This share of users, and these users and repositories anyway", in one line. */
export const ShortFlag = z.strictObject({
  key: FlagKey,
  rolloutPercentage: z.number().min(0).max(100),
  users: z.array(z.string().min(1).max(1024)).max(10_000).optional(),
  repos: z.array(z.string().min(1).max(1024)).max(10_000).optional(),
  variant: VariantName.refine((name) => name !== 'off', 'the variant "off" is made by the short form itself').default(
    'on',
  ),
  reason: Reason,
});
export type ShortFlag = z.infer<typeof ShortFlag>;

type References = Pick<
  FlagDefinition,
  | 'key'
  | 'variants'
  | 'type'
  | 'offVariant'
  | 'overrides'
  | 'rules'
  | 'fallthrough'
  | 'prerequisites'
  | 'schedule'
  | 'rollout'
>;

/** What no part of a flag shows alone: every name it uses must be one it defines, and its patterns share a budget. */
function checkReferences(flag: References, context: z.core.$RefinementCtx) {
  const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });

  const checkVariant = (name: string, path: PropertyKey[]) => {
    if (!Object.hasOwn(flag.variants, name)) complain(path, `no variant is called "${name}"`);
  };
  const checkServe = (serve: Serve, path: PropertyKey[]) => {
    if ('variant' in serve) return checkVariant(serve.variant, [...path, 'variant']);
    serve.split.forEach(({ variant }, i) => checkVariant(variant, [...path, 'split', i, 'variant']));
    if (serve.otherwise !== undefined) checkVariant(serve.otherwise, [...path, 'otherwise']);
  };
  const patterns = patternBudget();
  const checkPatterns = (condition: Condition, path: PropertyKey[]) => {
    const complaint = patterns.complaint(condition);
    if (complaint) complain([...path, ...complaint.path], complaint.message);
  };
  const checkRules = (rules: Rule[], path: PropertyKey[]) => {
    const seen = new Set<string>();
    rules.forEach((rule, i) => {
      if (seen.has(rule.id)) complain([...path, i, 'id'], `the rule id "${rule.id}" is used twice`);
      seen.add(rule.id);
      rule.when.forEach((condition, j) => checkPatterns(condition, [...path, i, 'when', j]));
      checkServe(rule.serve, [...path, i, 'serve']);
    });
  };

  for (const [name, value] of Object.entries(flag.variants)) {
    if (!isOfType(value, flag.type)) complain(['variants', name], `is no ${flag.type}, the type this flag declares`);
  }
  checkVariant(flag.offVariant, ['offVariant']);
  flag.overrides?.forEach(({ variant }, i) => checkVariant(variant, ['overrides', i, 'variant']));
  checkRules(flag.rules, ['rules']);
  checkServe(flag.fallthrough, ['fallthrough']);
  flag.schedule?.forEach(({ set }, i) => {
    if (set.rules) checkRules(set.rules, ['schedule', i, 'set', 'rules']);
    if (set.fallthrough) checkServe(set.fallthrough, ['schedule', i, 'set', 'fallthrough']);
  });
  flag.prerequisites?.forEach(({ flag: key }, i) => {
    if (key === flag.key) complain(['prerequisites', i, 'flag'], 'a flag cannot be its own prerequisite');
  });
  if (flag.rollout) {
    const { rule } = flag.rollout;
    const serve = rule === undefined ? flag.fallthrough : flag.rules.find(({ id }) => id === rule)?.serve;
    if (!serve) complain(['rollout', 'rule'], `no rule has the id "${rule}"`);
    else if ('variant' in serve)
      complain(['rollout', 'rule'], 'serves one variant: a rollout raises the coverage of a split');
  }
}

const isOfType = (value: unknown, type: References['type']) =>
  type === undefined || type === 'json' || typeof value === type;
