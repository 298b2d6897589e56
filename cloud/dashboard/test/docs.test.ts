import { describe, expect, it } from 'vitest';
import { fits, progressText, underWayOf } from '../src/docs/libraries/model.ts';
import { askedOf, linesOf, linesText, pagePath, searchPath, versionPath } from '../src/docs/paths.ts';
import { blocksOf } from '../src/docs/search/blocks.ts';
import { requestOf } from '../src/docs/search/request.ts';
import { isLongUnchecked, sourceText } from '../src/docs/words.ts';

describe('addresses of documentation', () => {
  it('keep names with slashes, versions with signs and paths of any kind apart', () => {
    expect(versionPath('@scope/name', '1.0.0+build')).toBe('/knowledge/libraries/%40scope%2Fname/1.0.0%2Bbuild');
    expect(pagePath({ library: 'a', version: '1', path: 'docs/a b&c.md', lines: { from: 3, to: 9 } })).toBe(
      '/knowledge/libraries/a/1/page?path=docs%2Fa+b%26c.md&lines=3-9',
    );
  });

  it('say lines as they are read again, and take nothing else for lines', () => {
    for (const lines of [
      { from: 1, to: 1 },
      { from: 12, to: 40 },
    ])
      expect(linesOf(linesText(lines))).toEqual(lines);
    expect([null, '', '0', '5-3', '-4', '1-', '1e3', '1-2-3', 'a'].map(linesOf)).toEqual(Array(9).fill(undefined));
  });

  it('carry a question to the page that answers it, and leave out what is not said', () => {
    const asked = { query: 'a & b', library: '@scope/name', version: '^1' };
    const address = searchPath(asked);
    expect(askedOf(new URL(address, 'http://x').searchParams)).toEqual(asked);
    expect(searchPath({ query: 'x', library: ' ', version: '' })).toBe('/knowledge/search?q=x');
    expect(requestOf({ query: ' x ', library: '', version: ' ' })).toEqual({
      query: 'x',
      limit: 10,
      tokenBudget: 8_000,
    });
  });
});

describe('a passage', () => {
  const kinds = (markdown: string) => blocksOf(markdown).map(({ kind, text }) => [kind, text]);

  it('is taken apart into headings, prose and fenced code, and keeps everything else as the text it is', () => {
    const markdown = '# Title\n\nSome **text** with [a link](https://x.example).\n\n```ts\nconst a = 1;\n```\n\nAfter.';
    expect(kinds(markdown)).toEqual([
      ['heading', 'Title'],
      ['prose', 'Some **text** with [a link](https://x.example).'],
      ['code', 'const a = 1;'],
      ['prose', 'After.'],
    ]);
    expect(blocksOf(markdown)[2]!.language).toBe('typescript');
  });

  it('shows fences within fences, and code that is cut before its end', () => {
    expect(kinds('````md\n```js\nx\n```\n````')).toEqual([['code', '```js\nx\n```']]);
    expect(kinds('```\nfirst\n\nlast')).toEqual([['code', 'first\n\nlast']]);
    expect(kinds('```\n# no heading\n```')).toEqual([['code', '# no heading']]);
    expect(kinds('\n\n')).toEqual([]);
    expect(kinds('```js\n```')).toEqual([]);
  });
});

describe('libraries', () => {
  const ingest = {
    id: '0199',
    library: 'react',
    version: 'latest',
    source: { kind: 'npm' as const },
    status: 'running' as const,
    step: 'taking pages',
    pagesDone: 12,
    pagesExpected: 41 as number | null,
    pagesUnchanged: 0,
    chunks: 0,
    symbols: 0,
    skipped: [],
    failure: null,
    startedAt: null,
    endedAt: null,
  };

  it('are found by name, title and newest version', () => {
    const library = { library: 'mdn-javascript', title: 'MDN: JavaScript', versions: [], catalogue: null };
    expect(['MDN', 'javas', ' ', 'react'].map((text) => fits(library, text))).toEqual([true, true, true, false]);
  });

  it('say how far the latest ingest under way is', () => {
    expect(progressText(ingest)).toBe('taking pages, 12 of 41 pages');
    expect(progressText({ ...ingest, pagesExpected: null, step: '' })).toBe('running, 12 pages');
    expect(progressText({ ...ingest, status: 'queued' })).toBe('queued');
    const going = underWayOf([
      { ...ingest, status: 'done' },
      { ...ingest, id: 'b' },
      { ...ingest, id: 'c' },
    ]);
    expect([...going].map(([name, { id }]) => [name, id])).toEqual([['react', 'b']]);
  });

  it('name their source, and say when two weekly looks were missed', () => {
    expect(sourceText({ kind: 'npm' }, 'zod')).toBe('npm zod');
    expect(sourceText({ kind: 'github', repo: 'a/b', ref: 'v1', folder: '' }, 'b')).toBe('github a/b at v1');
    const at = (days: number) => isLongUnchecked({ checkedAt: new Date(0).toISOString() }, days * 86_400_000);
    expect([at(8), at(13), at(15)]).toEqual([false, false, true]);
  });
});
