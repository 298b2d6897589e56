import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunksOf } from '../../src/knowledge/index.ts';

const lines = (...text: string[]) => text.join('\n');
const words = (count: number, word = 'word') => Array<string>(count).fill(word).join(' ');

describe('a page is cut into chunks', () => {
  test('by its headings, each with its trail, anchor and lines', () => {
    const page = lines('---', 'title: "Routes"', '---', '', '# Routes', words(60), '', '## Options {#opts}', words(60));
    expect(chunksOf(page)).toEqual([
      expect.objectContaining({ title: 'Routes', trail: ['Routes'], anchor: 'routes', startLine: 5, endLine: 6 }),
      expect.objectContaining({
        title: 'Routes',
        trail: ['Routes', 'Options'],
        anchor: 'opts',
        startLine: 8,
        endLine: 9,
      }),
    ]);
  });

  test.each([
    ['`str.format_map(mapping)`', 'str.format_map(mapping)'],
    ['`run(*args, **kwargs)` and `__enter__`', 'run(*args, **kwargs) and __enter__'],
    ['The **big** _idea_ of snake_case_names', 'The big idea of snake_case_names'],
    ['[`app.listen`](https://docs.example.com/a_b) and [more](#more)', 'app.listen and more'],
    ['\\_private \\& 2 * 3 * 4', '_private & 2 * 3 * 4'],
    ['<a id="x"></a>Props', 'Props'],
  ])('and a heading is read without its marks: %s', (written, title) => {
    expect(chunksOf(lines(`# ${written}`, words(60)))[0]!.title).toBe(title);
  });

  test.each([
    ['<h1 align="center">Door</h1>\n\n## Hinges\n\nThey creak.\n\n## More\n', 'Hinges'],
    ['Opens.\n\n### Hinges\n\n# Door\n', 'Door'],
    ['---\ntitle: Frame\n---\n\n## Hinges\n', 'Frame'],
    ['Opens.', 'as named'],
  ])('and is called by its first headline, else its first heading: %j', (page, title) => {
    expect(chunksOf(page, 'as named')[0]!.title).toBe(title);
  });

  test('and a heading inside code is no heading', () => {
    const page = lines('# A', '```sh', '# a comment', '```', words(60));
    expect(chunksOf(page)).toHaveLength(1);
  });

  test('and a block that shows fences stays one', () => {
    const page = lines('# A', '````md', '```js', 'x()', '```', words(60), '# no heading', '````', '## B', words(60));
    expect(chunksOf(page).map(({ trail }) => trail)).toEqual([['A'], ['A', 'B']]);
  });

  test('and what is short goes with what follows it under the same heading', () => {
    const page = lines('# A', 'Short.', '', '## B', words(60), '## C', 'Short.', '', '## D', words(60));
    expect(chunksOf(page).map(({ trail, startLine }) => [trail, startLine])).toEqual([
      [['A'], 1],
      [['A'], 6],
    ]);
  });

  test('and long text at a blank line, long code by closing and opening it again', () => {
    const text = Array.from({ length: 12 }, () => words(60)).join('\n\n');
    expect(chunksOf(`# A\n${text}`).every(({ text }) => text.length <= 1_800)).toBe(true);
    const code = lines('# A', '```js', ...Array<string>(400).fill('const someName = anotherName();'), '```');
    const pieces = chunksOf(code);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.slice(1).every(({ text }) => text.startsWith('```js\n') && text.endsWith('\n```'))).toBe(true);
  });

  test('and a page of one line between its words', () => {
    const pieces = chunksOf(words(20_000));
    expect(pieces.length).toBeGreaterThan(50);
    expect(
      pieces.every(({ text, startLine, endLine }) => text.length <= 1_800 && startLine === 1 && endLine === 1),
    ).toBe(true);
  });
});

const arbitraryPage = fc
  .array(
    fc.oneof(
      fc.constantFrom('# A', '## B', '### C', '```', '````', '~~~', '```js', '', '- item', '| a | b |', '> quoted'),
      fc.integer({ min: 1, max: 400 }).map((count) => words(count)),
    ),
    { maxLength: 60 },
  )
  .map((all) => all.join('\n'));

describe('whatever a page looks like', () => {
  test('every line with text is in exactly one chunk, which says where', () => {
    fc.assert(
      fc.property(arbitraryPage, (page) => {
        const all = page.split('\n');
        const covered = new Set<number>();
        for (const { startLine, endLine } of chunksOf(page))
          for (let line = startLine; line <= endLine; line++) covered.add(line);
        for (const [at, line] of all.entries()) if (line.trim() !== '') expect(covered.has(at + 1)).toBe(true);
      }),
    );
  });

  test('no chunk has half a block, unless the page itself leaves one open', () => {
    fc.assert(
      fc.property(arbitraryPage, (page) => {
        const closed = `${page}\n\`\`\`\`\n~~~`;
        const open = (text: string) => {
          let marker = '';
          for (const line of text.split('\n')) {
            const found = /^\s*(?:>\s*)*(`{3,}|~{3,})(.*)$/.exec(line);
            if (!found) continue;
            if (marker === '') marker = found[1]!;
            else if (found[1]![0] === marker[0] && found[1]!.length >= marker.length && found[2]!.trim() === '')
              marker = '';
          }
          return marker;
        };
        fc.pre(open(closed) === '');
        for (const { text } of chunksOf(closed)) expect(open(text)).toBe('');
      }),
    );
  });
});
