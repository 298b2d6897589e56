import type { Evaluation } from '../contract/flags.ts';
import type { Prerequisite, ReadableFlag } from './compile.ts';
import type { Evaluate, PrerequisiteProblem, Run } from './run.ts';

/** Whether the context meets all of them. Its recursion ends: see `endless` of the ruleset. */
export function meetsAll(flag: ReadableFlag, run: Run, evaluate: Evaluate): boolean {
  const seen = (run.seen ??= new Map());
  return flag.prerequisites.every((prerequisite) => {
    const found = findOut(prerequisite, run, seen, evaluate);
    const isMet = typeof found !== 'string' && prerequisite.variants.includes(found.variant);
    run.notes?.push({ kind: 'prerequisite', prerequisite, isMet, found });
    return isMet;
  });
}

function findOut(
  { flag: key }: Prerequisite,
  run: Run,
  seen: Map<string, Evaluation>,
  evaluate: Evaluate,
): Evaluation | PrerequisiteProblem {
  if (run.ruleset.endless.has(key)) return 'endless';
  let evaluation = seen.get(key);
  if (!evaluation) {
    const flag = run.ruleset.flags.get(key);
    if (!flag) return 'unknown';
    // How it came about is the other flag's story.
    const { notes } = run;
    run.notes = undefined;
    evaluation = evaluate(flag, run);
    run.notes = notes;
    seen.set(key, evaluation);
  }
  return evaluation.errorCode === 'PARSE_ERROR' ? 'unreadable' : evaluation;
}
