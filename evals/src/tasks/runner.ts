import picomatch from 'picomatch';
import { shellWord } from './shell-word.ts';
import type { TestParser } from './task-file.ts';

/** What a repository holds at a commit, as far as its test runner can be told from that. */
export interface RepoFacts {
  files: readonly string[];
  /** Names of the packages that the root's package.json asks for; empty without one. */
  packages: readonly string[];
}

export interface Runner {
  parser: TestParser;
  command: string;
  runtime: string;
  /** Whether it comes with the repository's own node_modules. */
  needsNodeModules: boolean;
}

export const defaultTestGlobs: readonly string[] = [
  '**/*.{test,spec}.*',
  '**/*-test.{js,mjs,cjs,ts}',
  '**/{test,tests,__tests__}/**',
  '**/test_*.py',
  '**/*_test.{py,go}',
  '**/conftest.py',
];

/** How to run these test files, by what the repository uses; undefined when that cannot be told. */
export function findRunner({ files, packages }: RepoFacts, testFiles: readonly string[]): Runner | undefined {
  const named = (globs: string[]) => testFiles.filter((file) => picomatch(globs, { dot: true })(file));
  const python = named(['**/test_*.py', '**/*_test.py']);
  const go = named(['**/*_test.go']);
  const script = named(['**/*.{test,spec}.*', '**/*-test.{js,mjs,cjs}', '**/{test,tests,__tests__}/**/*.{js,mjs,cjs}']);
  const report = '"$WHETSTONE_REPORT"';
  if (script.length > 0 && packages.includes('vitest'))
    return {
      parser: 'vitest-json',
      command: `node_modules/.bin/vitest run --reporter=json --outputFile=${report} ${words(script)}`,
      runtime: 'node20',
      needsNodeModules: true,
    };
  if (script.length > 0 && packages.includes('jest'))
    return {
      parser: 'jest-json',
      command: `node_modules/.bin/jest --json --outputFile=${report} --runTestsByPath ${words(script)}`,
      runtime: 'node20',
      needsNodeModules: true,
    };
  const plain = script.filter((file) => /\.[cm]?js$/.test(file));
  if (plain.length > 0)
    return {
      parser: 'tap',
      command: `node --test --test-reporter=tap --test-reporter-destination=${report} ${words(plain)}`,
      runtime: 'node20',
      needsNodeModules: packages.length > 0,
    };
  if (python.length > 0)
    return {
      parser: 'pytest-junit',
      command: `python3 -m pytest -q -p no:cacheprovider --junitxml=${report} ${words(python)}`,
      runtime: 'python3',
      needsNodeModules: false,
    };
  if (go.length > 0 && files.includes('go.mod')) {
    const folders = [...new Set(go.map((file) => `./${file.split('/').slice(0, -1).join('/')}`))];
    return {
      parser: 'go-json',
      command: `go test -json ${words(folders)} > ${report}`,
      runtime: 'go',
      needsNodeModules: false,
    };
  }
  return undefined;
}

/** Names of files are whatever somebody called them. */
const words = (names: readonly string[]) =>
  names.map((name) => shellWord(name.startsWith('-') ? `./${name}` : name)).join(' ');
