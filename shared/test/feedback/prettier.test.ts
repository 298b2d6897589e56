import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { format, type Options } from 'prettier';
import { describe, expect, it } from 'vitest';
import { inRepository } from '../../../test/support/repository-files.ts';
import { classify, readTokens, sameButForForm } from '../../src/feedback/index.ts';
import { languageOf } from '../../src/feedback/language.ts';
import { markupSources, typescriptSources } from './constructed.ts';

const styles: readonly Options[] = [
  { singleQuote: true, printWidth: 120 },
  { semi: false, singleQuote: true, printWidth: 100, arrowParens: 'avoid' },
  { trailingComma: 'none', useTabs: true, printWidth: 60 },
  { tabWidth: 4, bracketSpacing: false, quoteProps: 'consistent', jsxSingleQuote: true, bracketSameLine: true },
  { semi: false, objectWrap: 'collapse', singleAttributePerLine: true, experimentalOperatorPosition: 'start' },
  { experimentalTernaries: true, trailingComma: 'es5', quoteProps: 'preserve', printWidth: 40, endOfLine: 'crlf' },
];

/** What is called more than form, of a text before and after. */
const changesIn = (path: string, before: string, after: string) =>
  classify({ path, before, after }).stretches.filter(({ form }) => form !== 'cosmetic');

async function expectForm(path: string, text: string, style: Options) {
  const formatted = await format(text, { ...style, filepath: path });
  expect(readTokens(languageOf(path), text).readAs, path).toBe(languageOf(path));
  expect(sameButForForm(languageOf(path), text, formatted), path).toMatch(/^(?:same|cosmetic)$/);
  expect(changesIn(path, text, formatted), path).toEqual([]);
  return formatted;
}

/** Every so many, from a start that a seed moves on. */
const every = <Item>(items: readonly Item[], step: number, seed: number) =>
  items.filter((_, at) => at % step === seed % step);

describe('what Prettier changes is form', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: inRepository('.'), encoding: 'utf8' })
    .trim()
    .split('\n');

  it.each(styles.map((style, at) => [JSON.stringify(style), style, at] as const))(
    'in files of this repository, by %s',
    async (_, style, at) => {
      for (const path of every(files, 101, 17 * at + 3)) {
        await expectForm(path, readFileSync(inRepository(path), 'utf8'), style);
      }
    },
  );

  it.each(styles.map((style) => [JSON.stringify(style), style] as const))(
    'in sources of many constructs, by %s, and from there to every other style',
    async (_, style) => {
      const sources = [
        ...typescriptSources.map((text) => ['a.ts', text] as const),
        ...markupSources.map((text) => ['a.tsx', text] as const),
      ];
      for (const [path, text] of sources) {
        const formatted = await expectForm(path, text, style);
        for (const other of styles) await expectForm(path, formatted, other);
      }
    },
  );
});
