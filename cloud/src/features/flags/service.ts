import {
  FlagKey,
  Prepared,
  type Evaluation,
  type flags,
  type Handlers,
  type Parsed,
  type WhetstoneContract,
} from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { evaluate, expandShortFlag } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { checkDependants, checkReferences } from './checks.ts';
import { definitionOf } from './definition.ts';
import { evaluationJson } from './evaluation-json.ts';
import { existing, unknownFlag } from './existing.ts';
import { flagView } from './flag-view.ts';
import { withOwnGates } from './gates/own-gates.ts';
import type { EvaluationNotes } from './evaluated/notes.ts';
import { evaluateAsOf } from './history/evaluate-as-of.ts';
import { listedFlag } from './listed-flag.ts';
import { flagRepository, type FlagRow } from './repository.ts';
import type { LoadedRuleset, RulesetCache } from './rulesets.ts';
import { settle } from './sticky-evaluation.ts';
import type { flagWriter } from './write-flag.ts';
import { prerequisiteKeys } from './stale/prerequisite-keys.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of'>;
  write: ReturnType<typeof flagWriter>['write'];
  clock: () => number;
  notes: Pick<EvaluationNotes, 'one'>;
}

export function flagService({ rulesets, write, clock, notes }: Dependencies): Handlers<typeof flags, Ctx> {
  return {
    createFlag: (ctx, { dryRun, reason, ...input }) =>
      write(ctx, { dryRun, reason }, async (tx) => {
        const wanted = 'rolloutPercentage' in input ? expandShortFlag(input) : definitionOf(input);
        const definition = withOwnGates(wanted, undefined);
        await checkReferences(tx, definition);
        const before = await flagRepository.find(tx, definition.key);
        if (!before) return { kind: 'create', definition };
        const taken = before.archivedAt ? 'is archived: restore it, or choose another key' : 'exists';
        throw new WhetstoneError('conflict', `the flag "${definition.key}" ${taken}`);
      }),

    async listFlags(ctx, { limit, cursor, archived }) {
      const after = readCursor(cursor, (text) => FlagKey.safeParse(text).success);
      const prerequisites = prerequisiteKeys((await rulesets.of(ctx.projectId)).compiled);
      const flags = await ctx.transaction(async (tx) => {
        const rows = await flagRepository.list(tx, archived, after, limit + 1);
        return rows.map((row) => listedFlag(row, prerequisites, tx.now.getTime()));
      });
      return pageAfter(flags, limit, ({ key }) => key);
    },

    async getRuleset({ projectId }) {
      return (await rulesets.of(projectId)).answer;
    },

    getFlag: (ctx, { key }) => ctx.transaction(async (tx) => flagView(await existing(tx, key))),

    updateFlag: (ctx, { version, dryRun, reason, ...input }) =>
      write(ctx, { dryRun, reason }, async (tx) => {
        const before = await existing(tx, input.key);
        if (before.version !== version) throw stale(before, version);
        if (before.archivedAt)
          throw new WhetstoneError('conflict', `the flag "${input.key}" is archived; restore it first`);
        const definition = withOwnGates(definitionOf(input), definitionOf(flagView(before)));
        await checkReferences(tx, definition);
        await checkDependants(tx, flagView(before), definition.variants);
        return { kind: 'change', action: 'updated', before, definition };
      }),

    archiveFlag: (ctx, { key, version, ...wish }) =>
      write(ctx, wish, async (tx) => {
        const before = await existing(tx, key);
        if (version !== undefined && before.version !== version) throw stale(before, version);
        if (before.archivedAt) return { kind: 'nothing', row: before };
        await checkDependants(tx, flagView(before), {});
        return { kind: 'change', action: 'archived', before, archivedAt: tx.now };
      }),

    restoreFlag: (ctx, { key, ...wish }) =>
      write(ctx, wish, async (tx) => {
        const before = await existing(tx, key);
        if (!before.archivedAt) throw new WhetstoneError('conflict', `the flag "${key}" is not archived`);
        await checkReferences(tx, definitionOf(flagView(before)));
        return { kind: 'change', action: 'restored', before, archivedAt: null };
      }),

    evaluateFlag(ctx, input) {
      const nowMs = clock();
      // Written so that a question without a time, which is the hot one, costs no more than the look for it.
      const atMs = input.at === undefined ? nowMs : Date.parse(input.at);
      if (input.asOfVersion !== undefined || atMs < nowMs) return evaluateThen(ctx, input);
      const ruleset = rulesets.of(ctx.projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => evaluateIn(ctx, loaded, input, atMs))
        : evaluateIn(ctx, ruleset, input, atMs);
    },
  };

  function evaluateIn(
    ctx: Ctx,
    { compiled }: LoadedRuleset,
    { key, explain = false, ...context }: Question,
    nowMs: number,
  ): Prepared | Promise<Prepared> {
    const evaluation = evaluate(compiled, key, context, { nowMs, explain });
    if (!evaluation) throw unknownFlag(key);
    const isHypothetical = context.at !== undefined;
    // Who wants an explanation, or another time, looks into the flag and is not served by it.
    if (!explain && !isHypothetical) notes.one(ctx, key, nowMs);
    const settled = settle(ctx, evaluation, { compiled, key, context, nowMs, explain, isHypothetical });
    return settled instanceof Promise ? settled.then(answerOf) : answerOf(settled);
  }
}

type Question = Parsed<WhetstoneContract['evaluateFlag']>;

const answerOf = (evaluation: Evaluation) => new Prepared(evaluationJson(evaluation), undefined);

async function evaluateThen(ctx: Ctx, { key, explain = false, at, asOfVersion, ...context }: Question) {
  const asOf = { at: at === undefined ? undefined : new Date(at), asOfVersion };
  const evaluation = await ctx.transaction((tx) => evaluateAsOf(tx, key, context, asOf, explain));
  return answerOf(evaluation);
}

const stale = ({ key, version: currentVersion }: FlagRow, version: number) =>
  new WhetstoneError(
    'conflict',
    `the flag "${key}" is at version ${currentVersion}, your change was made from ${version}`,
    {
      extra: { currentVersion },
    },
  );
