import { invalidField } from '@whetstone/shared/errors';
import { drawProblems } from '../../run/plan.ts';

/** The problems that `--problems` and `--limit` leave. A pattern that fits none is a slip of the pen, not a smaller run. */
export function chooseProblems<P extends { id: string }>(
  all: readonly P[],
  { problems, limit, seed }: { problems?: string; limit?: number; seed: number },
): readonly P[] {
  const chosen = problems === undefined ? all : matching(all, problems);
  return limit === undefined ? chosen : drawProblems(chosen, limit, seed);
}

function matching<P extends { id: string }>(all: readonly P[], list: string): P[] {
  const patterns = list
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean);
  const tests = patterns.map((pattern) => {
    const expression = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`);
    const fits = ({ id }: P) => expression.test(id);
    if (!all.some(fits))
      throw invalidField('--problems', `no problem is called ${pattern}; the first is ${all[0]?.id}`);
    return fits;
  });
  if (tests.length === 0) throw invalidField('--problems', 'expected ids, separated by commas');
  return all.filter((problem) => tests.some((fits) => fits(problem)));
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
