import {
  FlagKey,
  Prepared,
  type flags,
  type FlagDefinition,
  type Handlers,
  type Parsed,
  type WhetstoneContract,
} from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { evaluate, expandShortFlag } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { evaluationJson } from './evaluation-json.ts';
import { flagView } from './flag-view.ts';
import { changeRecorder } from './history/record-change.ts';
import { brokenDependants, referenceComplaints } from './references.ts';
import { flagRepository, type FlagRow } from './repository.ts';
import type { LoadedRuleset, RulesetCache } from './rulesets.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of'>;
  events: Pick<Events, 'append'>;
  clock: () => number;
}

export function flagService({ rulesets, events, clock }: Dependencies): Handlers<typeof flags, Ctx> {
  /** Runs a change of the project's flags alone. */
  const changing = <T>(ctx: Ctx, work: (tx: ProjectTx) => Promise<T>) =>
    ctx.transaction(async (tx) => {
      await flagRepository.lockProject(tx);
      return work(tx);
    });

  const recordChange = changeRecorder({ events });

  return {
    createFlag: (ctx, input) =>
      changing(ctx, async (tx) => {
        const definition = 'rolloutPercentage' in input ? expandShortFlag(input) : definitionOf(input);
        await checkReferences(tx, definition);
        const row = await flagRepository.insert(tx, definition);
        if (row) return recordChange(tx, { row, action: 'created', actor: ctx.actor });
        const { archivedAt } = await existing(tx, definition.key);
        const taken = archivedAt ? 'is archived: restore it, or choose another key' : 'exists';
        throw new WhetstoneError('conflict', `the flag "${definition.key}" ${taken}`);
      }),

    async listFlags(ctx, { limit, cursor, archived }) {
      const after = readCursor(cursor, (text) => FlagKey.safeParse(text).success);
      const rows = await ctx.transaction((tx) => flagRepository.list(tx, archived, after, limit + 1));
      return pageAfter(rows.map(flagView), limit, ({ key }) => key);
    },

    async getRuleset({ projectId }) {
      return (await rulesets.of(projectId)).answer;
    },

    getFlag: (ctx, { key }) => ctx.transaction(async (tx) => flagView(await existing(tx, key))),

    updateFlag: (ctx, { version, ...input }) =>
      changing(ctx, async (tx) => {
        const before = await existing(tx, input.key);
        if (before.version !== version) throw stale(before, version);
        if (before.archivedAt)
          throw new WhetstoneError('conflict', `the flag "${input.key}" is archived; restore it first`);
        const definition = definitionOf(input);
        await checkReferences(tx, definition);
        await checkDependants(tx, flagView(before), definition.variants);
        const row = await flagRepository.replace(tx, input.key, { definition });
        return recordChange(tx, { row, action: 'updated', actor: ctx.actor });
      }),

    archiveFlag: (ctx, { key }) =>
      changing(ctx, async (tx) => {
        const before = await existing(tx, key);
        if (before.archivedAt) return flagView(before);
        await checkDependants(tx, flagView(before), {});
        const row = await flagRepository.replace(tx, key, { archivedAt: tx.now });
        return recordChange(tx, { row, action: 'archived', actor: ctx.actor });
      }),

    restoreFlag: (ctx, { key }) =>
      changing(ctx, async (tx) => {
        const before = await existing(tx, key);
        if (!before.archivedAt) throw new WhetstoneError('conflict', `the flag "${key}" is not archived`);
        await checkReferences(tx, definitionOf(flagView(before)));
        const row = await flagRepository.replace(tx, key, { archivedAt: null });
        return recordChange(tx, { row, action: 'restored', actor: ctx.actor });
      }),

    evaluateFlag(ctx, input) {
      const ruleset = rulesets.of(ctx.projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => evaluateIn(loaded, input, clock()))
        : evaluateIn(ruleset, input, clock());
    },
  };
}

type Question = Parsed<WhetstoneContract['evaluateFlag']>;

function evaluateIn(
  { compiled }: LoadedRuleset,
  { key, explain = false, ...context }: Question,
  nowMs: number,
): Prepared {
  const evaluation = evaluate(compiled, key, context, { nowMs, explain });
  if (!evaluation) throw unknownFlag(key);
  return new Prepared(evaluationJson(evaluation), undefined);
}

/** A definition is what a person wrote: all but what the server sets. */
function definitionOf<T extends FlagDefinition>(flag: T): FlagDefinition {
  const {
    version: _1,
    createdAt: _2,
    updatedAt: _3,
    archivedAt: _4,
    ...definition
  } = flag as T & Record<string, unknown>;
  return definition;
}

async function existing(tx: ProjectTx, key: string): Promise<FlagRow> {
  const row = await flagRepository.find(tx, key);
  if (!row) throw unknownFlag(key);
  return row;
}

async function checkReferences(tx: ProjectTx, flag: FlagDefinition) {
  const others = flag.prerequisites?.length ? await activeFlags(tx) : new Map<string, FlagDefinition>();
  const errors = referenceComplaints(flag, others);
  if (errors.length === 0) return;
  throw new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { errors });
}

/** A variant that goes may be what another flag waits for. */
async function checkDependants(tx: ProjectTx, { key, variants }: FlagDefinition, kept: object) {
  const gone = Object.keys(variants).filter((name) => !Object.hasOwn(kept, name));
  if (gone.length === 0) return;
  const dependants = brokenDependants(key, gone, await activeFlags(tx));
  if (dependants.length === 0) return;
  throw new WhetstoneError('conflict', `these flags have "${key}" as a prerequisite: ${dependants.join(', ')}`, {
    extra: { dependants },
  });
}

const activeFlags = async (tx: ProjectTx): Promise<ReadonlyMap<string, FlagDefinition>> =>
  new Map((await flagRepository.active(tx)).map((row) => [row.key, definitionOf(flagView(row))]));

const unknownFlag = (key: string) => new WhetstoneError('not_found', `no flag is called "${key}"`);

const stale = ({ key, version: currentVersion }: FlagRow, version: number) =>
  new WhetstoneError(
    'conflict',
    `the flag "${key}" is at version ${currentVersion}, your change was made from ${version}`,
    {
      extra: { currentVersion },
    },
  );
