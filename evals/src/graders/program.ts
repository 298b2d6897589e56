import { definitionsOf, topLevelStatements } from '../datasets/python-source.ts';
import type { FunctionProblem } from '../problem.ts';
import type { Answer } from '../solvers/solver.ts';

/** The program to grade, or why there is none in the answer. */
export function programOf(problem: FunctionProblem, answer: Answer, preamble = ''): string | { refused: string } {
  if (answer.kind === 'none') return { refused: answer.reason };
  if (answer.kind === 'patch') return { refused: 'the answer is a patch, and a function was asked for' };
  const code =
    answer.kind === 'completion' && problem.stem !== undefined
      ? continued(problem.stem, answer.text, problem.entryPoint)
      : answer.text;
  return problem.language === 'python' ? withPythonPreamble(preamble, code) : joined(preamble, code);
}

/**
 * A completion goes on where the stem stops. One that defines the function over again cannot: then the stem's function gets
 * an empty body, and keeps what stands before it (imports, helpers).
 */
export function continued(stem: string, completion: string, entryPoint: string): string {
  if (!redefines(completion, entryPoint)) return `${stem}${completion}`;
  return `${stem}${stem.endsWith('\n') ? '' : '\n'}    pass\n${completion}`;
}

const redefines = (text: string, entryPoint: string) => {
  if (!text.includes(entryPoint)) return false;
  const definition = definitionsOf(text).get(entryPoint);
  return definition !== undefined && definition.kind !== 'class';
};

/** `from __future__` must come first in a file, so it is lifted above the preamble. */
function withPythonPreamble(preamble: string, code: string): string {
  if (preamble === '') return code;
  if (!code.includes('__future__')) return joined(preamble, code);
  const isFuture = ({ kind, text }: { kind: string; text: string }) =>
    kind === 'import' && /^\s*from\s+__future__\s/.test(text);
  const statements = topLevelStatements(code);
  const future = statements.filter(isFuture).map(({ text }) => text);
  const rest = statements.filter((statement) => !isFuture(statement)).map(({ text }) => text);
  return [...future.map((line) => line.trimEnd()), preamble, rest.join('')].join('\n');
}

const joined = (preamble: string, code: string) => (preamble === '' ? code : `${preamble}\n${code}`);
