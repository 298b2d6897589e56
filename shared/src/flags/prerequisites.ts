import type { Evaluation } from '../contract/flags.ts';
import type { Prerequisite, ReadableFlag } from './compile.ts';
import type { Evaluate, Run } from './run.ts';

/** The first prerequisite that the context does not meet. Its recursion ends: see `endless` of the ruleset. */
export function unmetPrerequisite(flag: ReadableFlag, run: Run, evaluate: Evaluate): Prerequisite | undefined {
  const seen = run.seen ?? new Map<string, Evaluation>();
  return flag.prerequisites.find((prerequisite) => !isMet(prerequisite, { ...run, seen }, evaluate));
}

function isMet(
  { flag: id, variants }: Prerequisite,
  run: Run & { seen: Map<string, Evaluation> },
  evaluate: Evaluate,
): boolean {
  const unmet = (why: string) => {
    run.trace?.push({ step: 'prerequisite', id, outcome: 'decided', why });
    return false;
  };
  const flag = run.ruleset.flags.get(id);
  if (flag === undefined) return unmet(`no flag called "${id}"`);
  if (run.ruleset.endless.has(id)) return unmet(`the prerequisites of "${id}" run in a circle or too deep`);

  const evaluation = run.seen.get(id) ?? evaluate(flag, { ...run, trace: undefined });
  run.seen.set(id, evaluation);
  if (evaluation.errorCode === 'PARSE_ERROR') return unmet(`"${id}" cannot be read`);
  if (!variants.includes(evaluation.variant)) return unmet(unmetSentence(id, evaluation.variant, variants));
  run.trace?.push({ step: 'prerequisite', id, outcome: 'passed', why: `"${id}" serves "${evaluation.variant}"` });
  return true;
}

function unmetSentence(id: string, served: string, wanted: readonly string[]): string {
  const names = wanted.map((name) => `"${name}"`).join(' or ');
  return `"${id}" serves "${served}", wanted ${names}`;
}
