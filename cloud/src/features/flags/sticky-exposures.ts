import type { Exposure } from '@whetstone/shared/contract';
import { compileRuleset, stickyAttribute, type CompiledRuleset, type FirstAnswer } from '@whetstone/shared/flags';
import type { ProjectTx } from '../../platform/db/database.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';
import type { RulesetCache } from './rulesets.ts';
import { stickyRepository } from './sticky/repository.ts';

/**
 * Keeps what clients say sticky splits have served first, so that who asks over HTTP in the middle of a task hears the
 * same. Part of the transaction that stores the exposures.
 */
export const assignmentKeeper =
  ({ rulesets }: { rulesets: Pick<RulesetCache, 'atHand'> }) =>
  async (tx: ProjectTx, entries: readonly Exposure[]): Promise<void> => {
    const ruleset = rulesets.atHand(tx.projectId) ?? (await namedFlags(tx, entries));
    const answers = firstAnswersIn(entries, ruleset, tx.now.getTime());
    if (answers.length > 0) await stickyRepository.keep(tx, answers);
  };

/** Where the rules are not in memory: loading them would take a connection beside the one of this transaction. */
async function namedFlags(tx: ProjectTx, entries: readonly Exposure[]): Promise<CompiledRuleset> {
  const keys = [...new Set(entries.filter(({ reason }) => reason === 'SPLIT').map(({ flag }) => flag))];
  const rows = keys.length > 0 ? await flagRepository.named(tx, keys) : [];
  const compiled = compileRuleset({ revision: 0, flags: rows.map(flagView) });
  if (!compiled) throw new Error('a list of flags is a ruleset');
  return compiled;
}

/** An exposure names its split by rule. Of its attributes it carries a few; a sticky one beyond them stays unknown. */
function firstAnswersIn(entries: readonly Exposure[], ruleset: CompiledRuleset, nowMs: number): FirstAnswer[] {
  return entries.flatMap((entry) => {
    const { flag, variant, ruleId, reason } = entry;
    const attribute = stickyAttribute(ruleset, { key: flag, ruleId, reason }, nowMs);
    const unit = attribute === undefined ? undefined : carried(entry, attribute);
    return attribute === undefined || unit === undefined || unit === '' ? [] : [{ flag, attribute, unit, variant }];
  });
}

function carried({ taskId, userId, repoId, taskType, agent, model }: Exposure, attribute: string): string | undefined {
  const fields: Record<string, string | undefined> = {
    taskId,
    userId,
    targetingKey: userId,
    repoId,
    taskType,
    agent,
    model,
  };
  return Object.hasOwn(fields, attribute) ? fields[attribute] : undefined;
}
