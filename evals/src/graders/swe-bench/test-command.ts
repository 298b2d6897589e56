/** How a repository of SWE-bench runs tests, as that benchmark's harness does (SWE-bench, constants/python.py). */
export interface TestCommand {
  command: string;
  /** How its output reads. */
  log: 'pytest' | 'django' | 'sympy';
  /** What is given to the command for a test file. */
  directive?: (path: string) => string;
}

const pytest: TestCommand = { command: 'pytest -rA', log: 'pytest' };

const commands: Readonly<Record<string, TestCommand>> = {
  'astropy/astropy': { command: 'pytest -rA -vv -o console_output_style=classic --tb=no', log: 'pytest' },
  'django/django': {
    command: './tests/runtests.py --verbosity 2 --settings=test_sqlite --parallel 1',
    log: 'django',
    // Its runner takes modules below tests/.
    directive: (path) =>
      path
        .replace(/^tests\//, '')
        .replace(/\.py$/, '')
        .replaceAll('/', '.'),
  },
  'matplotlib/matplotlib': pytest,
  'mwaskom/seaborn': { command: 'pytest --no-header -rA', log: 'pytest' },
  'pallets/flask': pytest,
  'psf/requests': pytest,
  'pydata/xarray': pytest,
  'pylint-dev/pylint': pytest,
  'pytest-dev/pytest': pytest,
  'scikit-learn/scikit-learn': pytest,
  'sphinx-doc/sphinx': { command: 'tox --current-env -epy39 -v --', log: 'pytest' },
  'sympy/sympy': {
    command: "PYTHONWARNINGS='ignore::UserWarning,ignore::SyntaxWarning' bin/test -C --verbose",
    log: 'sympy',
  },
};

export const testCommandOf = (repo: string): TestCommand | undefined => commands[repo];

/** Data that tests read is no test. */
const notTests =
  /\.(json|png|csv|txt|md|jpg|jpeg|pkl|yml|yaml|toml|xml|html|pyc|db|po|mo|pot|rst|cfg|in|inv|inc|nb|pdf|svg|css|js)$/;

/** The files that a patch touches, as they are called after it, in its order. */
export const filesOf = (patch: string): string[] =>
  [...patch.matchAll(/^diff --git a\/.* b\/(.*)$/gm)].flatMap(([, path]) => (path === undefined ? [] : [path]));

/** Files that a patch makes, which cannot be put back by a checkout. */
export const newFilesOf = (patch: string): string[] =>
  [...patch.matchAll(/^--- \/dev\/null\n\+\+\+ b\/(.*)$/gm)].flatMap(([, path]) => (path === undefined ? [] : [path]));

export const directivesOf = (testPatch: string, { directive = (path) => path }: TestCommand): string[] =>
  filesOf(testPatch)
    .filter((path) => !notTests.test(path))
    .map(directive);
