import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRepository, repositoryFiles } from '../support/repository-files.ts';
import { arrowRules, arrowsOf, forbiddenBy } from './arrows.ts';
import { brokenBy, textRules } from './text-rules.ts';

const sources = repositoryFiles()
  .filter((file) => /^(shared|cloud|evals|mcp-server|bench)\/.*\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(inRepository(file), 'utf8') }));
const arrows = sources.flatMap(({ file, text }) => arrowsOf(file, text));

describe('the architecture', () => {
  it.each(arrowRules)('$why', (rule) => {
    expect(forbiddenBy(rule, arrows).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it.each(textRules)('$why', (rule) => {
    expect(brokenBy(rule, sources)).toEqual([]);
  });
});

describe('its guard', () => {
  it.each(arrowRules)('catches a planted import against: $why', (rule) => {
    expect(forbiddenBy(rule, [...arrows, rule.planted])).toContain(rule.planted);
  });

  it.each(textRules)('catches a planted line against: $why', (rule) => {
    expect(brokenBy(rule, [...sources, rule.planted])).toContain(`${rule.planted.file}:1`);
  });

  it('reads imports in all their forms', () => {
    const source = [
      "import a, { b } from './a.ts';",
      "import type { C } from '../c.ts';",
      'export * from "d";',
      "import 'e';",
      'import {\n  f,\n} from "./f.ts";',
      "const g = await import('./g.ts');",
      "type H = import('h').H;",
    ].join('\n');
    const targets = arrowsOf('cloud/src/features/flags/x.ts', source).map(({ to }) => to);
    expect(targets).toEqual([
      'cloud/src/features/flags/a.ts',
      'cloud/src/features/c.ts',
      'd',
      'e',
      'cloud/src/features/flags/f.ts',
      'cloud/src/features/flags/g.ts',
      'h',
    ]);
  });

  it('looks at sources at all', () => {
    expect(sources.length).toBeGreaterThan(30);
    expect(arrows.length).toBeGreaterThan(sources.length);
  });
});
