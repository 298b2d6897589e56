import type { FunctionProblem } from '../problem.ts';
import { definitionsOf, namesIn, topLevelStatements } from './python-source.ts';

interface Parts {
  id: string;
  prompt: string;
  stem?: string;
  /** Where the publisher names none, the first function of the reference that the tests use. */
  entryPoint?: string | undefined;
  /** Code that the data set hands to whoever answers (the prompt's own imports and helpers). */
  given?: string;
  /** A whole program that passes, where the data set has one. */
  reference?: string | undefined;
  /** Set-up that the publisher declares, in the order it runs. */
  setup?: readonly string[];
  tests: string;
  tags?: readonly string[];
}

/**
 * What crosses between candidate and tests is worked out from names alone. Tests call the entry point and whatever the
 * reference defines and they use; nothing else of a candidate is theirs to see. Helpers that the prompt gives, and imports
 * of the reference that tests use, are run beside the tests, where no candidate can replace them.
 */
export function pythonProblem({ given = '', reference, setup = [], ...parts }: Parts): FunctionProblem | undefined {
  const tests = withNewlines(parts.tests);
  const declared = setup.map(withNewlines).filter((code) => code.trim() !== '');
  const judging = [...declared, tests].join('\n');
  const used = namesIn(judging);
  const theirOwn = definitionsOf(judging);

  const helpers = usedHelpers(given, used, parts.entryPoint);
  const defined = definitionsOf(reference === undefined ? '' : withNewlines(reference));
  const shared = [...defined.keys()].filter(
    (name) => used.has(name) && !theirOwn.has(name) && !helpers.names.has(name),
  );
  const entryPoint = parts.entryPoint ?? shared.find((name) => defined.get(name)?.kind !== 'class');
  if (entryPoint === undefined) return undefined;

  return {
    kind: 'function',
    language: 'python',
    id: parts.id,
    prompt: parts.prompt,
    ...(parts.stem === undefined ? {} : { stem: parts.stem }),
    entryPoint,
    calls: [...new Set([entryPoint, ...shared])],
    handles: shared.filter((name) => defined.get(name)?.kind === 'class'),
    setup: [helpers.code, importsFor(used, reference), ...declared].filter((code) => code !== '').join('\n'),
    tests,
    ...(reference === undefined ? {} : { reference: withNewlines(reference) }),
    sameProcess: false,
    tags: parts.tags ?? [],
  };
}

export const withNewlines = (text: string): string => text.replaceAll(/\r\n?/g, '\n');

/** The given code without the function that is asked for, where tests use any of it. */
function usedHelpers(given: string, used: ReadonlySet<string>, entryPoint: string | undefined) {
  const statements = topLevelStatements(given).filter(
    ({ kind, names }) => kind !== 'def' || !names.includes(entryPoint ?? ''),
  );
  const names = new Set(statements.filter(({ kind }) => kind !== 'import').flatMap((statement) => statement.names));
  const wanted = [...names].some((name) => used.has(name));
  return {
    names: wanted ? names : new Set<string>(),
    code: wanted ? statements.map(({ text }) => text).join('') : '',
  };
}

/** Imports of the reference that bind a name the tests use: `sys` in `assert size(x) == sys.getsizeof(x)`. */
function importsFor(used: ReadonlySet<string>, reference: string | undefined): string {
  if (reference === undefined) return '';
  return topLevelStatements(reference)
    .filter(({ kind, names }) => kind === 'import' && names.some((name) => used.has(name)))
    .map(({ text }) => text)
    .join('');
}
