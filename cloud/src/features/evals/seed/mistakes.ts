import type { Dataset } from '@whetstone/evals';

/** A mistake put into the data set's own answer: what stands there, and what stands there instead. */
interface Mistake {
  from: string;
  to: string;
}

/** One for each of these problems of the starter set; its tests notice every one of them. */
export const mistakes = {
  /** Gives what needs itself in a circle as built. */
  'python-build-order': {
    from: '    if stuck:\n        raise ValueError(", ".join(stuck))\n    return order',
    to: '    return order + stuck',
  },
  /** Leaves out the second of two that touch. */
  'python-log-sessions': { from: '<= gap', to: '< gap' },
  /** Forgets what was asked for last. */
  'python-lru-replay': {
    from: '            if key in cache:\n                cache.move_to_end(key)\n',
    to: '',
  },
  /** A short slot inside a long one ends it. */
  'python-merge-slots': { from: 'max(merged[-1][1], end)', to: 'end' },
  /** Waits beyond its budget. */
  'python-retry-delays': { from: 'if sum(delays) + wait > budget:', to: 'if False:' },
  /** Compares numbers as texts. */
  'python-semver-order': {
    from: 'tuple(int(number) for number in core.split("."))',
    to: 'tuple(core.split("."))',
  },
  /** Gives every lost cent to the same person. */
  'python-split-bill': { from: 'shares[index] += 1', to: 'shares[0] += 1' },
  /** Takes null for a value. */
  'typescript-merge-patch': { from: 'if (value === null) members.delete(name);\n    else ', to: '' },
  /** A plus stays one. */
  'typescript-parse-query': { from: "text.replaceAll('+', ' ')", to: 'text' },
  /** Of equals the last comes first. */
  'typescript-priority-queue': { from: 'a.turn < b.turn', to: 'a.turn > b.turn' },
  /** Rounds up. */
  'typescript-relative-time': { from: 'Math.floor(distance / ms)', to: 'Math.ceil(distance / ms)' },
  /** Waits longer than it may. */
  'typescript-retry': { from: 'Math.min(baseMs * 2 ** (attempt - 1), maxMs)', to: 'baseMs * 2 ** (attempt - 1)' },
  /** Remembers failures. */
  'typescript-share-calls': { from: 'call.catch(() => calls.delete(key));', to: 'call.catch(() => undefined);' },
  /** Loses accented letters. */
  'typescript-slug': { from: "    .normalize('NFKD')\n", to: '' },
} as const satisfies Record<string, Mistake>;

export type MistakenProblem = keyof typeof mistakes;

/** An answer to every problem of the starter set: the set's own, with mistakes in some. */
export function weakenedAnswers({ problems }: Dataset, mistaken: readonly MistakenProblem[]) {
  return problems.map((problem) => {
    if (problem.kind !== 'function' || problem.reference === undefined)
      throw new Error(`the starter set has no answer to ${problem.id}`);
    const id = mistaken.find((each) => each === problem.id);
    return { task_id: problem.id, solution: id ? withMistake(problem.reference, id) : problem.reference };
  });
}

function withMistake(answer: string, id: MistakenProblem): string {
  const { from, to } = mistakes[id];
  if (answer.split(from).length !== 2) throw new Error(`the answer to ${id} has no one place for its mistake`);
  return answer.replace(from, () => to);
}
