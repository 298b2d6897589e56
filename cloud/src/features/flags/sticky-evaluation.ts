import { mayActAs, type Evaluation, type EvaluationContext } from '@whetstone/shared/contract';
import { evaluate, type Assigned, type CompiledRuleset, type Evaluated } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import { stickyRepository, type StickyUnit } from './sticky/repository.ts';

export interface Asked {
  compiled: CompiledRuleset;
  key: string;
  context: EvaluationContext;
  nowMs: number;
  explain: boolean;
  /** About another time than now. */
  isHypothetical?: boolean;
}

/** Without a promise and a look into the database unless a sticky split had a say. */
export function settle(ctx: Ctx, evaluation: Evaluated, asked: Asked): Evaluation | Promise<Evaluation> {
  if (!evaluation.sticky) return evaluation;
  // Who only looks on, by role, by asking for the trace or for another time, is served nothing.
  const keeps = !asked.explain && !asked.isHypothetical && mayActAs(ctx.actor.role, 'agent');
  return ctx
    .transaction((tx) => evaluateSticky(tx, asked, keeps))
    .then((decided) => {
      const { sticky: _, ...said } = decided ?? evaluation;
      return said;
    });
}

/**
 * The evaluation of a flag one of whose sticky splits had something to say, by what is stored of the units; `keeps` stores
 * first answers, and another's that was quicker wins. It is asked again until everything it asks for is known, since what
 * is kept of a prerequisite may lead it elsewhere.
 */
async function evaluateSticky(tx: ProjectTx, asked: Asked, keeps: boolean): Promise<Evaluated | undefined> {
  const known = new Map<string, string | undefined>();
  const evaluateByKnown = async () => {
    for (;;) {
      const { evaluation, missing } = evaluateBy(asked, known);
      if (missing.length === 0) return evaluation;
      await lookUp(tx, missing, known);
    }
  };
  const evaluation = await evaluateByKnown();
  if (!keeps || !evaluation?.sticky) return evaluation;
  await stickyRepository.keep(tx, evaluation.sticky);
  await lookUp(tx, evaluation.sticky, known);
  return evaluateByKnown();
}

function evaluateBy({ compiled, key, context, nowMs, explain }: Asked, known: ReadonlyMap<string, string | undefined>) {
  const missing: StickyUnit[] = [];
  const assigned: Assigned = (flag, attribute, unit) => {
    const name = nameOf({ flag, attribute, unit });
    if (!known.has(name)) missing.push({ flag, attribute, unit });
    return known.get(name);
  };
  return { evaluation: evaluate(compiled, key, context, { nowMs, explain, assigned }), missing };
}

async function lookUp(tx: ProjectTx, units: readonly StickyUnit[], known: Map<string, string | undefined>) {
  const variants = await stickyRepository.find(tx, units);
  units.forEach((unit, i) => known.set(nameOf(unit), variants[i]));
}

const nameOf = ({ flag, attribute, unit }: StickyUnit) => JSON.stringify([flag, attribute, unit]);
