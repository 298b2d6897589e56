import type { EvaluationContext, guidance, Handlers } from '@whetstone/shared/contract';
import { deliveredGuidance, guidanceFlag, guidanceText, tokensOf } from '@whetstone/shared/feedback';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { withoutVariant } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { servedToMost, variantsServed, weightsOf } from './flag-definition.ts';
import { startGate, type StartDoors } from './gate/start-gate.ts';
import { numberOf, type GuidanceRow } from './guidance-row.ts';
import { gateView, guidanceView } from './guidance-view.ts';
import { knownVersion } from './known-version.ts';
import type { PatternsFor } from './patterns.ts';
import { currentFlag, serve } from './release.ts';
import { guidanceRepository } from './repository.ts';
import { complaintAbout, contentHashOf, rulesOf, tokensOfRules } from './rules.ts';
import type { WordRules } from './word-rules.ts';

export interface GuidanceDoors extends StartDoors {
  patternsFor: PatternsFor;
  /** What the flag serves; undefined where there is none. */
  evaluate: (projectId: string, key: string, context: EvaluationContext) => Promise<Evaluated | undefined>;
  word: WordRules;
}

interface Evaluated {
  variant: string;
  value: unknown;
}

export function guidanceService(doors: GuidanceDoors): Handlers<typeof guidance, Ctx> {
  const { patternsFor, evaluate, word, flag, clock } = doors;
  return {
    listGuidance: (ctx, { limit, cursor, status }) =>
      ctx.transaction(async (tx) => {
        const key = readCursor(cursor, (text) => /^\d{1,9}$/.test(text));
        const before = key === undefined ? undefined : Number(key);
        const rows = await guidanceRepository.list(tx, { status, before, limit: limit + 1 });
        const { items, nextCursor } = pageAfter(rows, limit, ({ number }) => String(number));
        return { items: await viewsOf(tx, items), nextCursor };
      }),

    createGuidance: (ctx, { title, parent, rules: wanted, tokenBudget }) =>
      ctx.transaction(async (tx) => {
        await guidanceRepository.lockProject(tx);
        const from = parent === undefined ? undefined : await knownVersion(tx, parent);
        const ids = wanted.flatMap(({ patternId }) => patternId ?? []);
        const patterns = await patternsFor(tx, { ids: [...new Set(ids)] });
        const nowMs = tx.now.getTime();
        const rules = rulesOf(wanted, { patterns, earlier: from?.rules ?? [], nowMs });
        const tokens = tokensOfRules(rules, nowMs);
        if (tokens > tokenBudget)
          throw invalidField('rules', `they take ${tokens} tokens of every prompt, the budget is ${tokenBudget}`);
        const number = await guidanceRepository.nextNumber(tx);
        await guidanceRepository.insert(tx, {
          number,
          title: title ?? null,
          parent: from?.number ?? null,
          contentHash: contentHashOf(rules),
          tokens,
          rules,
          status: 'draft',
          createdBy: ctx.actor.name,
        });
        return guidanceView((await guidanceRepository.find(tx, number))!, undefined);
      }),

    async draftGuidance(ctx, { taskType, limit, by, model }) {
      const patterns = await ctx.transaction((tx) => patternsFor(tx, { taskType, limit }));
      const own = patterns.map(({ guidance: text }) => text);
      const texts = by === 'model' ? await word(own, model) : own;
      const rules = patterns.map(({ id: patternId, feedbackIds, guidance: text }, place) => {
        const worded = texts[place] ?? text;
        const said = complaintAbout(worded) === undefined ? worded : text;
        return { text: said, patternId, feedbackIds, tokens: tokensOf(said) };
      });
      return { rules: rules.filter(({ text }) => complaintAbout(text) === undefined) };
    },

    async activeGuidance({ projectId }, { taskType, language, userId, repoId, model }) {
      const context = Object.fromEntries(
        Object.entries({ taskType, userId, repoId, model }).filter(([, value]) => value !== undefined),
      );
      const evaluated = await evaluate(projectId, guidanceFlag, context);
      const document = deliveredGuidance(evaluated?.value);
      if (!document) return { version: null, variant: evaluated?.variant ?? null, rules: [], text: '', tokens: 0 };
      const { rules, text, tokens } = guidanceText(document, { taskType, language, nowMs: clock() });
      return { version: document.version, variant: evaluated!.variant, rules, text, tokens };
    },

    getGuidanceVersion: (ctx, { version }) =>
      ctx.transaction(async (tx) => {
        // Gates first: what is decided meanwhile shows in the status at least, and never in the gate alone.
        const gates = await guidanceRepository.gatesOf(tx, [numberOf(version)]);
        const row = await knownVersion(tx, version);
        return { ...guidanceView(row, gates[0]), gates: gates.map(gateView) };
      }),

    async releaseGuidance(ctx, input) {
      const { gateId } = input;
      if (gateId === undefined) return gateView(await startGate(ctx, input, doors));
      return ctx.transaction(async (tx) => {
        await guidanceRepository.lockProject(tx);
        const row = await knownVersion(tx, input.version);
        const gate = await guidanceRepository.gate(tx, gateId);
        if (gate?.number !== row.number)
          throw invalidField('gateId', `no gate of ${input.version} has the id "${gateId}"`);
        if (gate.decision !== 'accepted')
          throw new WhetstoneError('conflict', `this gate did not accept ${input.version}: it is ${gate.decision}`);
        if (row.status === 'testing')
          throw new WhetstoneError('conflict', `another gate of ${input.version} is under way`);
        if (row.status === 'rolled_back')
          throw new WhetstoneError('conflict', `${input.version} was rolled back since: run the gate again`);
        const served = servedToMost(await currentFlag(tx, flag)) ?? null;
        const { baseline } = gate.request;
        if (served !== baseline && served !== input.version)
          throw new WhetstoneError(
            'conflict',
            `${served ?? 'nothing'} is what most are served now, and this gate compared with ${baseline ?? 'none'}: run the gate again`,
          );
        const had = weightsOf((await flag.read(tx, guidanceFlag))?.definition).get(input.version) ?? 0;
        if (input.rolloutPercentage * 100 < had)
          throw invalidField(
            'rolloutPercentage',
            `${had / 100} % have ${input.version}, and a share only grows: retire it to take it from them`,
          );
        if (input.dryRun) return gateView(gate);
        const refusal = await serve(
          tx,
          {
            row,
            gate,
            rolloutPercentage: input.rolloutPercentage,
            actor: ctx.actor,
            reason: `gate ${gate.id} accepted ${input.version}; released to ${input.rolloutPercentage} %`,
          },
          flag,
        );
        if (refusal !== undefined) throw new WhetstoneError('conflict', refusal);
        return gateView(gate);
      });
    },

    retireGuidance: (ctx, { version, reason = 'retired' }) =>
      ctx.transaction(async (tx) => {
        await guidanceRepository.lockProject(tx);
        const row = await knownVersion(tx, version);
        if (row.status === 'testing')
          throw new WhetstoneError('conflict', `a gate of ${version} is under way: cancel its runs first`);
        await guidanceRepository.setStatus(tx, row.number, { status: 'retired', reason, flag: null });
        const found = await flag.read(tx, guidanceFlag);
        if (found && variantsServed(found.definition).has(version)) {
          const definition = withoutVariant(found.definition, version);
          if (definition) await flag.write(tx, definition, ctx.actor, `${version} retired: ${reason}`);
        }
        return (await viewsOf(tx, [await knownVersion(tx, version)]))[0]!;
      }),
  };
}

async function viewsOf(tx: ProjectTx, rows: readonly GuidanceRow[]) {
  const gates = await guidanceRepository.gatesOf(
    tx,
    rows.map(({ number }) => number),
  );
  return rows.map((row) =>
    guidanceView(
      row,
      gates.find(({ number }) => number === row.number),
    ),
  );
}
